// SPDX-License-Identifier: Apache-2.0
#include "builder/layer_tables.h"

namespace bale::builder {

std::unique_ptr<oci::Source> LayerTables::open(const StageLayer& layer,
                                               const oci::BlobProvider& blobs) {
  if (auto kept = store_.open_toc(layer.diff_id)) return kept;
  const auto writer = store_.create_toc();
  const auto size = oci::scan_layer(blobs, layer.descriptor, layer.diff_id, *writer);
  writer->finish(layer.diff_id.digest());
  store_.blobs().keep_uncompressed_size(layer.diff_id, size);
  return store_.open_toc(layer.diff_id);
}

std::shared_ptr<const oci::LayerToc> LayerTables::table(const StageLayer& layer,
                                                        const oci::BlobProvider& blobs) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = loaded_.find(layer.diff_id);
    if (found != loaded_.end()) {
      if (auto table = found->second.lock()) return table;
    }
  }
  auto table = std::make_shared<const oci::LayerToc>(oci::read_toc(*open(layer, blobs)));
  const std::lock_guard lock(mutex_);
  loaded_[layer.diff_id] = table;
  return table;
}

}  // namespace bale::builder
