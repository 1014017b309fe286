// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "builder/stage_layer.h"
#include "oci/blob_store.h"
#include "oci/layer_toc.h"
#include "oci/store.h"

namespace bale::builder {

/// The tables of contents of layers: made once per DiffId, kept in the store, read once per build.
/// Thread-safe.
class LayerTables {
 public:
  /// `store` must outlive it.
  explicit LayerTables(oci::Store& store) : store_(store) {}

  /// From memory, else from the store, else from the blob itself, which is then read once and
  /// checked against its DiffId. Throws what `scan_layer` throws.
  std::shared_ptr<const oci::LayerToc> table(const StageLayer& layer,
                                             const oci::BlobProvider& blobs);
  /// The same, to be read entry by entry: for tables that are not worth their memory.
  std::unique_ptr<oci::Source> open(const StageLayer& layer, const oci::BlobProvider& blobs);

 private:
  oci::Store& store_;
  std::mutex mutex_;
  std::map<oci::DiffId, std::weak_ptr<const oci::LayerToc>> loaded_;  // owned by those that use it
};

}  // namespace bale::builder
