// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "oci/fd.h"

namespace bale::oci {

/// An open file of a TemporaryFolder. Destroyed before `rename_to`: it never was.
class TemporaryFile {
 public:
  TemporaryFile(UniqueFd fd, std::filesystem::path path);
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&&) noexcept = default;
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  int fd() const { return fd_.get(); }
  const std::filesystem::path& path() const { return path_; }
  void write(Bytes bytes);
  /// Moves the file to its place, atomically, over what is there. Not synced.
  void rename_to(const std::filesystem::path& target);

 private:
  UniqueFd fd_;
  std::filesystem::path path_;
};

/// Unfinished files of one process: `PARENT/unfinished-XXXXXX`, made when it is first needed and
/// removed with its owner, and PARENT with it where nobody else uses it. A lock on the folder,
/// which ends with the process, tells what a dead process left from what is in use; making a folder
/// removes what the dead left beside it. Thread-safe.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::filesystem::path parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// The folder; callers name what they put there by `unique_path`.
  const std::filesystem::path& path();
  /// A path in the folder that nothing else uses.
  std::filesystem::path unique_path();
  TemporaryFile create_file();
  /// Writes `content` and renames it over `target`, which is on the same file system. When it
  /// returns, the new content survives a power cut; before, the old one does.
  void replace_file(const std::filesystem::path& target, std::string_view content);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
