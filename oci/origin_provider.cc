// SPDX-License-Identifier: Apache-2.0
#include "oci/origin_provider.h"

#include <utility>

#include "oci/error.h"

namespace bale::oci {

OriginProvider::OriginProvider(const Store& store, OpenRepository open_repository)
    : blobs_(store.blobs()),
      origins_(store.origins()),
      open_repository_(std::move(open_repository)) {}

const BlobProvider* OriginProvider::origin_of(const Digest& digest) const {
  const auto origin = origins_.find(digest);
  if (origin == origins_.end()) return nullptr;
  return &open_repository_(origin->second);
}

std::optional<std::uint64_t> OriginProvider::size(const Digest& digest) const {
  if (auto here = blobs_.size(digest)) return here;
  const BlobProvider* origin = origin_of(digest);
  return origin == nullptr ? std::nullopt : origin->size(digest);
}

std::optional<UniqueFd> OriginProvider::open_file(const Digest& digest) const {
  return blobs_.open_file(digest);
}

std::unique_ptr<Source> OriginProvider::do_open(const Descriptor& descriptor) const {
  const BlobProvider* origin =
      blobs_.size(descriptor.digest) ? nullptr : origin_of(descriptor.digest);
  if (origin == nullptr) return blobs_.open_unverified(descriptor);
  try {
    return origin->open_unverified(descriptor);
  } catch (const Error& error) {
    throw error.in("completing from " + origins_.at(descriptor.digest));
  }
}

}  // namespace bale::oci
