// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "builder/file_origin.h"
#include "oci/descriptor.h"

namespace bale::tools {

/// What the names of base images meant when a registry was last asked, by name and platform: a
/// cache beside the blobs, one small file each. Entries are written atomically, so that processes
/// may share them.
class BaseRecords {
 public:
  explicit BaseRecords(const std::filesystem::path& cache_folder);

  /// The manifest for the image's platform; nothing where it is not known.
  std::optional<oci::Descriptor> find(const builder::BaseImage& image) const;
  void put(const builder::BaseImage& image, const oci::Descriptor& manifest);

 private:
  std::filesystem::path path_of(const builder::BaseImage& image) const;

  std::filesystem::path folder_;
};

}  // namespace bale::tools
