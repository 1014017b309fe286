// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "oci/digest.h"
#include "registry/url.h"

namespace bale::registry {

/// Where interrupted uploads stand, a file each in a folder, from run to run. It says where to ask,
/// never what is true. Locations are as good as passwords, so that only the owner reads the files.
/// Safe for any number of processes and threads.
class UploadJournal {
 public:
  /// The folder is made when there is something to keep.
  explicit UploadJournal(std::filesystem::path folder) : folder_(std::move(folder)) {}

  struct Entry {
    Url location;
    std::uint64_t offset = 0;  ///< bytes that the registry has said to have
  };

  /// Nothing where none was kept, or what was kept cannot be read.
  std::optional<Entry> find(const std::string& repository, const oci::Digest& blob) const;
  void keep(const std::string& repository, const oci::Digest& blob, const Entry& entry);
  void forget(const std::string& repository, const oci::Digest& blob);

 private:
  std::filesystem::path file_of(const std::string& repository, const oci::Digest& blob) const;

  const std::filesystem::path folder_;
};

}  // namespace bale::registry
