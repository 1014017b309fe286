// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress_image.h"

#include <map>
#include <utility>

#include "oci/error.h"
#include "oci/image.h"
#include "oci/image_walk.h"
#include "oci/recompress.h"

namespace bale::oci {

namespace {

constexpr const char* kReferenceDigest = "vnd.docker.reference.digest";

/// Annotations of a layer that tell of its packing.
bool tells_of_packing(const std::string& key) {
  return key.starts_with("io.github.containers.zstd-chunked.") ||
         key.starts_with("io.containers.estargz.") ||
         key.starts_with("containerd.io/snapshot/stargz/");
}

bool is_chunked(const Descriptor& layer) {
  return layer.annotations.contains("io.github.containers.zstd-chunked.manifest-position");
}

MediaType oci_type(const MediaType& type) {
  if (!type.is_docker()) return type;
  if (type.is_index()) return media_type::kOciIndex;
  if (type.is_manifest()) return media_type::kOciManifest;
  if (type.is_image_config()) return media_type::kOciConfig;
  return type.is_layer() ? oci_layer_type(type.layer_compression()) : type;
}

/// The entry with all that its owner says of it, for what has come in place of its content.
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

class Recompression {
 public:
  Recompression(const BlobProvider& from, BlobStore& to, ThreadPool& pool,
                const LayerOptions& options, Recompress which)
      : from_(from), to_(to), pool_(pool), options_(options), which_(which) {}

  Descriptor document(const Descriptor& entry, std::size_t depth) {
    if (entry.media_type.is_index()) return index(entry, depth);
    if (entry.media_type.is_manifest()) return manifest(entry);
    return entry;
  }

 private:
  /// Each index once, however often indexes name it.
  Descriptor index(const Descriptor& entry, std::size_t depth) {
    if (depth >= kMaxIndexDepth) {
      throw Error(ErrorCode::kCorrupt, entry.digest.to_string() + ": indexes nested deeper than " +
                                           std::to_string(kMaxIndexDepth));
    }
    auto done = indexes_.find(entry.digest);
    if (done == indexes_.end()) {
      done = indexes_.emplace(entry.digest, repack_index(entry, depth)).first;
    }
    return done->second.digest == entry.digest ? entry : in_place_of(entry, done->second);
  }

  Descriptor repack_index(const Descriptor& entry, std::size_t depth) {
    const Document<Index> old = read_index(from_, entry);
    Index changed = old.value;
    std::map<std::string, std::string> replaced;
    bool docker = true;
    for (auto& child : changed.manifests) {
      const std::string before = child.digest.to_string();
      child = document(child, depth + 1);
      replaced[before] = child.digest.to_string();
      docker = docker && child.media_type.is_docker();
    }
    for (auto& child : changed.manifests) point_to_new(child, replaced);
    if (changed == old.value) return entry;
    if (!docker) changed.media_type = oci_type(changed.media_type);
    const auto made = make_document(std::move(changed));
    write_blob(to_, made.descriptor, made.bytes);
    return made.descriptor;
  }

  static void point_to_new(Descriptor& attestation,
                           const std::map<std::string, std::string>& replaced) {
    const auto subject = attestation.annotations.find(kReferenceDigest);
    if (subject == attestation.annotations.end()) return;
    const auto found = replaced.find(subject->second);
    if (found != replaced.end()) subject->second = found->second;
  }

  Descriptor manifest(const Descriptor& entry) {
    const Document<Manifest> old = read_manifest(from_, entry);
    if (!old.value.config.media_type.is_image_config()) return entry;
    Manifest changed = old.value;
    const auto diff_ids = read_image_config(from_, changed.config).value.diff_ids;
    for (std::size_t i = 0; i < changed.layers.size(); ++i) {
      if (!is_wanted(changed.layers[i])) continue;
      if (changed.layers.size() != diff_ids.size()) {
        throw Error(ErrorCode::kCorrupt,
                    entry.digest.to_string() + " has not one DiffID for each of its layers");
      }
      changed.layers[i] = in_place_of(changed.layers[i], layer(changed.layers[i], diff_ids[i]));
    }
    if (changed == old.value) return entry;
    finish_types(changed);
    const auto made = make_document(std::move(changed));
    write_blob(to_, made.descriptor, made.bytes);
    return in_place_of(entry, made.descriptor);
  }

  bool is_wanted(const Descriptor& layer) const {
    if (!layer.media_type.is_layer() || is_foreign(layer)) return false;
    return which_ == Recompress::kAll ||
           layer.media_type.layer_compression() != options_.compression ||
           (options_.is_chunked() && !is_chunked(layer));
  }

  /// Each layer once, however many images have it.
  const Descriptor& layer(const Descriptor& old, const DiffId& diff_id) {
    const auto done = layers_.find(old.digest);
    if (done != layers_.end()) return done->second;
    LayerResult packed = recompress_layer(from_, old, diff_id, to_, pool_, options_);
    return layers_.emplace(old.digest, std::move(packed.descriptor)).first->second;
  }

  /// A manifest is of one family throughout.
  void finish_types(Manifest& manifest) const {
    const bool docker =
        manifest.media_type.is_docker() && options_.compression != Compression::kZstd;
    for (auto& layer : manifest.layers) {
      if (!layer.media_type.is_layer() || is_foreign(layer)) continue;
      const Compression packing = layer.media_type.layer_compression();
      layer.media_type = docker ? docker_layer_type(packing) : oci_layer_type(packing);
    }
    if (docker) return;
    manifest.config.media_type = oci_type(manifest.config.media_type);
    manifest.media_type = oci_type(manifest.media_type);
  }

  const BlobProvider& from_;
  BlobStore& to_;
  ThreadPool& pool_;
  const LayerOptions& options_;
  const Recompress which_;
  std::map<Digest, Descriptor> layers_;
  std::map<Digest, Descriptor> indexes_;
};

}  // namespace

Descriptor recompress_image(const BlobProvider& from, const Descriptor& root, BlobStore& to,
                            ThreadPool& pool, const LayerOptions& options, Recompress which) {
  return Recompression(from, to, pool, options, which).document(root, 0);
}

}  // namespace bale::oci
