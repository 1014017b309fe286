// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "oci/blob_store.h"

namespace bale::oci {

/// Two providers as one: what the first lacks, the second gives, or says that it has not.
/// Thread-safe.
class FallbackProvider final : public BlobProvider {
 public:
  /// Both are shared with whoever else reads from them.
  FallbackProvider(std::shared_ptr<const BlobProvider> first,
                   std::shared_ptr<const BlobProvider> second);

  std::optional<std::uint64_t> size(const Digest& digest) const override;
  std::optional<UniqueFd> open_file(const Digest& digest) const override;

 private:
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;
  const BlobProvider& holder_of(const Digest& digest) const;

  std::shared_ptr<const BlobProvider> first_;
  std::shared_ptr<const BlobProvider> second_;
};

}  // namespace bale::oci
