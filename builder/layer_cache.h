// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "builder/cache_key.h"
#include "builder/stage_layer.h"
#include "oci/blob_store.h"

namespace bale::builder {

/// What a step that touched the filesystem made.
struct CachedStep {
  /// Nothing where the step changed nothing (a RUN that wrote no file).
  std::optional<StageLayer> layer;
  std::string created;  ///< RFC 3339: when it ran
};

/// The build cache of one store: small records in `folder`, one file a key; the layers themselves
/// are blobs of the store. Records are written whole or not at all, so several processes may share
/// it. Thread-safe.
class LayerCache {
 public:
  /// `blobs` must outlive the cache.
  LayerCache(std::filesystem::path folder, const oci::BlobProvider& blobs);

  /// Nothing where the key is unknown, the record is damaged, or its layer is no longer in the
  /// store.
  std::optional<CachedStep> find(const CacheKey& key) const;
  /// Throws as errno says where the record cannot be written.
  void put(const CacheKey& key, const CachedStep& step);

  /// A time that is filed under a key: of an image whose content is the same as last time.
  std::optional<std::string> find_time(const CacheKey& key) const;
  void put_time(const CacheKey& key, const std::string& created);

 private:
  std::filesystem::path path_of(const CacheKey& key) const;
  std::optional<std::string> read(const CacheKey& key) const;
  void write(const CacheKey& key, std::string_view record);

  std::filesystem::path folder_;
  const oci::BlobProvider& blobs_;
};

}  // namespace bale::builder
