// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_repacker.h"

#include <utility>

#include "oci/error.h"
#include "oci/image_format.h"
#include "oci/image_walk.h"
#include "oci/recompress.h"

namespace bale::oci {

namespace {

/// Annotations of a layer that tell of its packing.
bool tells_of_packing(const std::string& key) {
  return key.starts_with("io.github.containers.zstd-chunked.") ||
         key.starts_with("io.containers.estargz.") ||
         key.starts_with("containerd.io/snapshot/stargz/");
}

bool is_chunked(const Descriptor& layer) {
  return layer.annotations.contains("io.github.containers.zstd-chunked.manifest-position");
}

}  // namespace

Descriptor in_place_of(Descriptor entry, const Descriptor& content) {
  std::erase_if(entry.annotations, [](const auto& pair) { return tells_of_packing(pair.first); });
  entry.annotations.insert(content.annotations.begin(), content.annotations.end());
  entry.media_type = content.media_type;
  entry.digest = content.digest;
  entry.size = content.size;
  entry.urls.clear();
  entry.data.reset();
  return entry;
}

void LayerRepacker::repack(Manifest& manifest, const std::vector<DiffId>& diff_ids) {
  bool changed = false;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    Descriptor& layer = manifest.layers[i];
    if (!is_wanted(layer)) continue;
    if (manifest.layers.size() != diff_ids.size()) {
      throw Error(ErrorCode::kCorrupt, "there is not one DiffID for each of the layers");
    }
    layer = in_place_of(layer, packed(layer, diff_ids[i]));
    changed = true;
  }
  if (changed) unify_format(manifest);
}

bool LayerRepacker::is_wanted(const Descriptor& layer) const {
  if (!layer.media_type.is_layer() || is_foreign(layer)) return false;
  return which_ == Recompress::kAll ||
         layer.media_type.layer_compression() != options_.compression ||
         (options_.is_chunked() && !is_chunked(layer));
}

const Descriptor& LayerRepacker::packed(const Descriptor& layer, const DiffId& diff_id) {
  const auto done = layers_.find(layer.digest);
  if (done != layers_.end()) return done->second;
  LayerResult result = recompress_layer(from_, layer, diff_id, to_, pool_, options_);
  return layers_.emplace(layer.digest, std::move(result.descriptor)).first->second;
}

}  // namespace bale::oci
