// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "oci/blob_store.h"

namespace bale::oci {

/// A store completed from an origin: a blob that the store lacks is fetched into it, verified, when
/// it is first opened, and only once however many threads ask. Thread-safe.
class CompletingProvider final : public BlobProvider {
 public:
  /// `store` must outlive the provider; `origin` is shared with others that read from it.
  CompletingProvider(BlobStore& store, std::shared_ptr<const BlobProvider> origin);

  /// Sees to it that the store has the blob. Throws as opening it does.
  void complete(const Descriptor& descriptor) const;

  /// What the store has, else what the origin says.
  std::optional<std::uint64_t> size(const Digest& digest) const override;

 private:
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;
  void fetch(const Descriptor& descriptor) const;

  BlobStore& store_;
  std::shared_ptr<const BlobProvider> origin_;
  mutable std::mutex mutex_;
  mutable std::condition_variable fetched_;
  mutable std::set<Digest> fetching_;
};

}  // namespace bale::oci
