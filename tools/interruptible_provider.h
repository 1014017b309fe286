// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "oci/blob_store.h"

namespace bale::tools {

/// Blobs of this machine, reading which ends with kInterrupted once `stop` is asked for: disks are
/// fast, but images are large. Thread-safe as what it reads from.
class InterruptibleProvider final : public oci::BlobProvider {
 public:
  InterruptibleProvider(std::shared_ptr<const oci::BlobProvider> next, std::stop_token stop);

  std::optional<std::uint64_t> size(const oci::Digest& digest) const override;
  std::optional<oci::UniqueFd> open_file(const oci::Digest& digest) const override;

 private:
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override;

  const std::shared_ptr<const oci::BlobProvider> next_;  // shared with whoever else reads from it
  const std::stop_token stop_;
};

}  // namespace bale::tools
