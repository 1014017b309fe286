// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "builder/executor.h"
#include "builder/image_resolver.h"
#include "builder/layer_cache.h"
#include "builder/layer_tables.h"
#include "builder/remote_files.h"
#include "builder/stat_cache.h"
#include "oci/progress.h"
#include "oci/store.h"
#include "oci/thread_pool.h"

namespace bale::builder {

/// Whether a layer was made by this build, or came with a base image or from the cache.
enum class LayerOrigin { kMade, kKnown };

/// What every stage of a build works with. All of it is thread-safe and outlives the build.
struct BuildServices {
  oci::Store& store;
  LayerCache& cache;
  LayerTables& tables;
  StatCache& stats;
  ImageResolver& images;
  RemoteFiles& remote_files;
  Executor& executor;
  oci::ThreadPool& pool;
  oci::Progress& progress;
  /// Ends what takes long: the same as the build is given.
  std::stop_token stop = {};
  /// Told of each layer of a target as soon as its blob can be read, so that it may start to move.
  /// Called from any thread; `blobs` is shared with the stage.
  std::function<void(const StageLayer& layer, LayerOrigin origin,
                     std::shared_ptr<const oci::BlobProvider> blobs)>
      on_layer = [](const auto&...) {};
};

/// The blobs of a store, which outlives the build, so nobody needs to own them.
inline std::shared_ptr<const oci::BlobProvider> store_blobs(const oci::Store& store) {
  return {std::shared_ptr<void>(), &store.blobs()};
}

}  // namespace bale::builder
