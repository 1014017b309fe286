// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/git_source.h"
#include "oci/temporary_folder.h"

namespace bale::builder {

/// Trees of git repositories, fetched by the `git` that is installed and kept by commit. All times
/// in a tree are that of its commit, and modes are 0755 and 0644: the same commit, the same files.
/// Thread-safe, and several processes may share the folder.
class GitCheckouts {
 public:
  /// The folder is made when something is put into it.
  explicit GitCheckouts(std::filesystem::path folder);

  enum class GitDir { kRemove, kKeep };

  /// The folder of the tree; not to be changed. The repository is asked what a branch or tag is
  /// now; a commit that is here already needs no network. Throws kNotFound for a ref that the
  /// repository does not have, kCorrupt where it is not the commit that it must be, kUnavailable
  /// with git's own words where it cannot be fetched, kFailed where git is not installed.
  std::filesystem::path checkout(const GitSource& source, GitDir git_dir, std::stop_token stop);

 private:
  std::string commit_of(const GitSource& source, const std::stop_token& stop) const;
  void make(const std::filesystem::path& tree, const GitSource& source, const std::string& commit,
            GitDir git_dir, const std::stop_token& stop) const;

  std::filesystem::path folder_;
  oci::TemporaryFolder temporary_;
};

/// When the commit was made that a working copy stands at, in seconds since 1970. Throws
/// kUnavailable, with git's own words, for a folder that is in no working copy, kFailed where git
/// is not installed.
std::int64_t commit_time(const std::filesystem::path& folder, const std::stop_token& stop);

}  // namespace bale::builder
