// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace bale::test {

/// A folder of a test's own, removed with it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }
  /// Whether its file system knows files without names (open(2), O_TMPFILE).
  bool has_unnamed_files() const;

 private:
  std::filesystem::path path_;
};

}  // namespace bale::test
