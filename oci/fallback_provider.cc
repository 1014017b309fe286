// SPDX-License-Identifier: Apache-2.0
#include "oci/fallback_provider.h"

#include <utility>

namespace bale::oci {

FallbackProvider::FallbackProvider(std::shared_ptr<const BlobProvider> first,
                                   std::shared_ptr<const BlobProvider> second)
    : first_(std::move(first)), second_(std::move(second)) {}

const BlobProvider& FallbackProvider::holder_of(const Digest& digest) const {
  return first_->size(digest) ? *first_ : *second_;
}

std::optional<std::uint64_t> FallbackProvider::size(const Digest& digest) const {
  const auto size = first_->size(digest);
  return size ? size : second_->size(digest);
}

std::optional<UniqueFd> FallbackProvider::open_file(const Digest& digest) const {
  return holder_of(digest).open_file(digest);
}

std::unique_ptr<Source> FallbackProvider::do_open(const Descriptor& descriptor) const {
  return holder_of(descriptor.digest).open_unverified(descriptor);
}

}  // namespace bale::oci
