// SPDX-License-Identifier: Apache-2.0
#include "oci/completing_provider.h"

#include <utility>

namespace bale::oci {

CompletingProvider::CompletingProvider(BlobStore& store, std::shared_ptr<const BlobProvider> origin)
    : store_(store), origin_(std::move(origin)) {}

std::optional<std::uint64_t> CompletingProvider::size(const Digest& digest) const {
  if (const auto known = store_.size(digest)) return known;
  return origin_->size(digest);
}

std::unique_ptr<Source> CompletingProvider::do_open(const Descriptor& descriptor) const {
  complete(descriptor);
  return store_.open_unverified(descriptor);
}

void CompletingProvider::complete(const Descriptor& descriptor) const {
  if (!store_.size(descriptor.digest)) fetch(descriptor);
}

void CompletingProvider::fetch(const Descriptor& descriptor) const {
  std::unique_lock lock(mutex_);
  fetched_.wait(lock, [&] { return !fetching_.contains(descriptor.digest); });
  if (store_.size(descriptor.digest)) return;
  fetching_.insert(descriptor.digest);
  lock.unlock();
  // Whoever waits tries for itself where this fails.
  const auto done = [&] {
    const std::lock_guard relock(mutex_);
    fetching_.erase(descriptor.digest);
    fetched_.notify_all();
  };
  try {
    copy_blob(*origin_, descriptor, store_);
  } catch (...) {
    done();
    throw;
  }
  done();
}

}  // namespace bale::oci
