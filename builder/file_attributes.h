// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "builder/resolve.h"
#include "oci/tar_entry.h"

namespace bale::builder {

/// A file of the host as a layer would have it, and what a layer does not say.
struct FileAttributes {
  /// Everything but the path. A socket counts as an empty regular file.
  oci::TarEntry entry;
  bool is_socket = false;
  std::uint64_t links = 1;
  std::pair<std::uint64_t, std::uint64_t> inode;  ///< device and number
  /// Overlayfs's own marks, which are no part of a layer.
  std::map<std::string, std::string> overlay_xattrs;
};

/// Looks at the file itself, not at where a link leads. Nothing where it does not exist. Labels of
/// SELinux are the host's and left out.
std::optional<FileAttributes> read_file_attributes(const std::filesystem::path& path);

/// Gives one folder the owner and the mode of another.
void copy_owner_and_mode(const std::filesystem::path& from, const std::filesystem::path& to);

/// Where a path leads in a tree on disk that nobody changes meanwhile: `resolve`, all links
/// followed.
Resolved resolve_on_disk(const std::filesystem::path& root, const std::string& path);

}  // namespace bale::builder
