// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "builder/build_services.h"
#include "oci/reference.h"
#include "registry/blob_pusher.h"
#include "tools/store_image_resolver.h"

namespace bale::tools {

/// Moves the layers of an image while the build still makes further ones. Thread-safe, but for
/// `wait`, which belongs to the owner.
class LayerMover {
 public:
  virtual ~LayerMover() = default;
  virtual void start(const builder::StageLayer& layer, builder::LayerOrigin origin,
                     std::shared_ptr<const oci::BlobProvider> blobs) = 0;
  /// Waits for what must have arrived before the image is named; throws the first failure.
  virtual void wait() = 0;
};

/// Without --push: brings what the image lacks into the store.
class LayerFetches final : public LayerMover {
 public:
  /// `store` must outlive it.
  explicit LayerFetches(oci::Store& store) : store_(store) {}
  void start(const builder::StageLayer& layer, builder::LayerOrigin origin,
             std::shared_ptr<const oci::BlobProvider> blobs) override;
  void wait() override;

 private:
  oci::Store& store_;
  std::mutex mutex_;
  std::set<oci::Digest> started_;
  std::vector<std::future<void>> fetches_;
};

/// With --push: sends layers that were just made to every repository. Those that the cache or a
/// base image had wait for the end, where one question may answer for all of them.
class LayerUploads final : public LayerMover {
 public:
  /// `program` and `images` must outlive it.
  LayerUploads(Program& program, const std::vector<oci::Reference>& names,
               const StoreImageResolver& images);
  void start(const builder::StageLayer& layer, builder::LayerOrigin origin,
             std::shared_ptr<const oci::BlobProvider> blobs) override;
  /// The push itself waits.
  void wait() override {}

  /// By repository, `HOST/REPOSITORY`.
  const std::map<std::string, std::unique_ptr<registry::BlobPusher>>& pushers() const {
    return pushers_;
  }

 private:
  std::mutex mutex_;
  std::set<std::shared_ptr<const oci::BlobProvider>> providers_;  // kept until the uploads ended
  std::map<std::string, std::unique_ptr<registry::BlobPusher>> pushers_;
};

}  // namespace bale::tools
