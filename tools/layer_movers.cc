// SPDX-License-Identifier: Apache-2.0
#include "tools/layer_movers.h"

#include <utility>

#include "tools/push_flow.h"

namespace bale::tools {

void LayerFetches::start(const builder::StageLayer& layer, builder::LayerOrigin,
                         std::shared_ptr<const oci::BlobProvider> blobs) {
  if (store_.blobs().size(layer.descriptor.digest)) return;
  const std::lock_guard lock(mutex_);
  if (!started_.insert(layer.descriptor.digest).second) return;
  fetches_.push_back(std::async(std::launch::async,
                                [this, descriptor = layer.descriptor, blobs = std::move(blobs)] {
                                  oci::copy_blob(*blobs, descriptor, store_.blobs());
                                }));
}

void LayerFetches::wait() {
  for (auto& fetch : fetches_) fetch.get();
}

LayerUploads::LayerUploads(Program& program, const std::vector<oci::Reference>& names,
                           const StoreImageResolver& images) {
  const auto origins = [known = program.store().origins(), &images] {
    auto all = images.origins();
    all.insert(known.begin(), known.end());
    return all;
  };
  for (const auto& name : names) {
    auto& pusher = pushers_[name.name()];
    if (pusher) continue;
    pusher = std::make_unique<registry::BlobPusher>(
        program.repository(name, registry::Repository::Access::kPush),
        pusher_options(program, origins), program.progress(), program.stop());
  }
}

void LayerUploads::start(const builder::StageLayer& layer, builder::LayerOrigin origin,
                         std::shared_ptr<const oci::BlobProvider> blobs) {
  if (origin == builder::LayerOrigin::kKnown) return;
  const oci::BlobProvider& from = *blobs;
  {
    const std::lock_guard lock(mutex_);
    providers_.insert(std::move(blobs));
  }
  for (const auto& [name, pusher] : pushers_) pusher->start_blob(layer.descriptor, from);
}

}  // namespace bale::tools
