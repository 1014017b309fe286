// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/progress.h"
#include "registry/repository.h"

namespace bale::registry {

/// Blobs that have come in part, in a folder, so that a later run fetches the rest only. What is
/// there is hashed again and proves itself with the whole. Safe for any number of processes and
/// threads.
class PartialBlobs {
 public:
  /// The folder is made when it is needed. Blobs under `smallest` bytes are not worth a file.
  explicit PartialBlobs(std::filesystem::path folder,
                        std::uint64_t smallest = std::uint64_t{1} << 20)
      : folder_(std::move(folder)), smallest_(smallest) {}

  /// Fetches a blob into `to`, verified. False where the blob is too small, or somebody else is
  /// fetching it into this folder: nothing has happened then. Throws as reading a blob does; what
  /// has come by then stays.
  bool fetch(const Repository& from, const oci::Descriptor& blob, oci::BlobStore& to,
             oci::ProgressTask& task);

 private:
  const std::filesystem::path folder_;
  const std::uint64_t smallest_;
};

}  // namespace bale::registry
