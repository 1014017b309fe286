// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "oci/bytes.h"
#include "oci/fd.h"

namespace bale::oci {

/// Throws kFailed for an open file with more than 64 GiB of holes: a layer would hold them as
/// zeros, and hashing alone would take hours.
void refuse_vast_holes(const UniqueFd& file, const std::filesystem::path& path);

/// A regular file of the host whose size is known from before: what becomes the content of a tar
/// entry. Whatever does not fit what was known is an error, since the tar's header says it already.
/// `read` is thread-safe.
class HostFile {
 public:
  /// Opens without following a final symlink, without waiting for a fifo's other end, and however
  /// long the path is. Throws kNotFound where it vanished, kDenied where it is unreadable, kFailed
  /// where it is no regular file, has another size or vast holes.
  HostFile(std::filesystem::path path, std::uint64_t size);

  /// Fills `buffer`, which is not empty, from `offset`. Throws kFailed where the file has become
  /// shorter, and for its last bytes also where it has become longer.
  void read(std::uint64_t offset, MutableBytes buffer) const;

 private:
  std::filesystem::path path_;
  std::uint64_t size_;
  UniqueFd fd_;
};

}  // namespace bale::oci
