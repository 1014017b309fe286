// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "oci/digest.h"

namespace bale::tools {

/// What repositories have taken from this store: it decides which question a push asks first, never
/// whether it asks. One small file a repository, in the store's cache; what cannot be read counts
/// as nothing. Written atomically, so that processes may share it.
class PushMemory {
 public:
  PushMemory(const std::filesystem::path& cache_folder, const std::string& repository);

  bool knows(const oci::Digest& digest) const;
  /// Tags under which the repository took the digest.
  std::set<std::string> tags_of(const oci::Digest& digest) const;
  void remember(const oci::Digest& digest, const std::set<std::string>& tags);

 private:
  std::filesystem::path file_;
  std::set<std::string> lines_;  ///< `DIGEST` and `DIGEST TAG`
};

}  // namespace bale::tools
