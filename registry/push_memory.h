// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "oci/digest.h"

namespace bale::registry {

/// What repositories have taken, kept in a file from run to run: it decides which question is asked
/// first, never what is true. Safe for any number of processes; thread-safe.
class PushMemory {
 public:
  /// The file and its folder are made when there is something to remember. One that cannot be read
  /// counts as empty.
  explicit PushMemory(std::filesystem::path file, std::size_t limit = 1000)
      : file_(std::move(file)), limit_(limit) {}

  /// Whether `repository` (`HOST/REPOSITORY`) is remembered to have taken the manifest or index.
  bool took(const std::string& repository, const oci::Digest& digest) const;
  /// The tags under which it took it.
  std::set<std::string> tags(const std::string& repository, const oci::Digest& digest) const;
  /// Adds; of more than `limit` images the oldest is forgotten. A tag names one image, so others of
  /// the repository lose it.
  void remember(const std::string& repository, const oci::Digest& digest,
                const std::vector<std::string>& tags);

 private:
  std::filesystem::path file_;
  std::size_t limit_;
};

}  // namespace bale::registry
