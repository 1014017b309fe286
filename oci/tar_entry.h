// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace bale::oci {

enum class FileType { kRegular, kDirectory, kSymlink, kHardLink, kCharDevice, kBlockDevice, kFifo };

/// Seconds and nanoseconds since 1970, as stat(2) and pax headers have them.
struct FileTime {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  friend auto operator<=>(const FileTime&, const FileTime&) = default;
};

/// What a layer says of one path (image-spec, layer.md, "File Attributes").
struct TarEntry {
  /// Relative to the root, no leading or trailing '/', no "." or ".." component. Any bytes but NUL.
  /// The root itself is "".
  std::string path;
  FileType type = FileType::kRegular;
  std::uint32_t mode = 0644;  ///< permission bits with setuid, setgid and sticky: 07777
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  FileTime mtime = {};
  std::uint64_t size = 0;        ///< regular files only
  std::string link_target = {};  ///< symlinks: as it is; hard links: a path like `path`
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::map<std::string, std::string> xattrs = {};

  friend bool operator==(const TarEntry&, const TarEntry&) = default;
};

}  // namespace bale::oci
