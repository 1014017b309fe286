// SPDX-License-Identifier: Apache-2.0
#include "oci/origin_provider.h"

#include <utility>

#include "oci/error.h"

namespace bale::oci {

OriginProvider::OriginProvider(const Store& store, OpenRepository open_repository)
    : store_(store), open_repository_(std::move(open_repository)) {}

std::optional<std::string> OriginProvider::origin_of(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  if (!origins_.contains(digest)) origins_ = store_.origins();
  const auto origin = origins_.find(digest);
  if (origin == origins_.end()) return std::nullopt;
  return origin->second;
}

std::optional<std::uint64_t> OriginProvider::size(const Digest& digest) const {
  if (auto here = store_.blobs().size(digest)) return here;
  const auto origin = origin_of(digest);
  return origin ? open_repository_(*origin).size(digest) : std::nullopt;
}

std::optional<UniqueFd> OriginProvider::open_file(const Digest& digest) const {
  return store_.blobs().open_file(digest);
}

std::unique_ptr<Source> OriginProvider::do_open(const Descriptor& descriptor) const {
  if (store_.blobs().size(descriptor.digest)) return store_.blobs().open_unverified(descriptor);
  const auto origin = origin_of(descriptor.digest);
  if (!origin) return store_.blobs().open_unverified(descriptor);
  try {
    return open_repository_(*origin).open_unverified(descriptor);
  } catch (const Error& error) {
    throw error.in("completing from " + *origin);
  }
}

}  // namespace bale::oci
