// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "oci/blob_store.h"
#include "oci/layer_options.h"
#include "oci/manifest.h"
#include "oci/thread_pool.h"

namespace bale::oci {

/// Which layers of an image are packed anew: those that are packed in another way, or all.
enum class Recompress { kOthers, kAll };

/// Packs layers of images anew, each once however many images have it. One thread at a time.
class LayerRepacker {
 public:
  /// All three must outlive it. New layers go to `to`. Only compression, level and frames of the
  /// options count.
  LayerRepacker(const BlobProvider& from, BlobStore& to, ThreadPool& pool,
                const LayerOptions& options, Recompress which)
      : from_(from), to_(to), pool_(pool), options_(options), which_(which) {}

  /// Layers of other types and foreign ones stay. Each is checked against the DiffId that its
  /// config names (throws kCorrupt). Docker manifests, which know no zstd, become OCI manifests for
  /// it.
  void repack(Manifest& manifest, const std::vector<DiffId>& diff_ids);

 private:
  bool is_wanted(const Descriptor& layer) const;
  const Descriptor& packed(const Descriptor& layer, const DiffId& diff_id);

  const BlobProvider& from_;
  BlobStore& to_;
  ThreadPool& pool_;
  const LayerOptions options_;
  const Recompress which_;
  std::map<Digest, Descriptor> layers_;
};

/// The entry with all that its owner says of it, for what has come in place of its content.
Descriptor in_place_of(Descriptor entry, const Descriptor& content);

}  // namespace bale::oci
