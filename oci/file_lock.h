// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "oci/fd.h"

namespace bale::oci {

/// An advisory lock (flock(2)) on a file or folder that exists; between processes, and between
/// threads that each take their own. It ends with its owner or its process, whatever happens.
class FileLock {
 public:
  FileLock() = default;  ///< holds nothing
  /// Waits for its turn.
  static FileLock exclusive(const std::filesystem::path& path);
  /// Nothing where somebody else holds it, or `path` does not exist (any more): whoever held it may
  /// have moved or removed the file.
  static std::optional<FileLock> try_exclusive(const std::filesystem::path& path);
  /// Waits; nothing where `path` does not exist.
  static std::optional<FileLock> try_shared(const std::filesystem::path& path);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace bale::oci
