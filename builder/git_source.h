// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bale::builder {

/// A place in a git repository, as ADD and contexts name it.
struct GitSource {
  std::string repository;   ///< what git fetches from
  std::string ref = {};     ///< a branch, a tag, a ref or a whole commit; "" for the remote's HEAD
  std::string folder = {};  ///< the part of the tree that is meant, "" for all of it
  std::string commit = {};  ///< the commit that it must be, "" for any
  std::optional<bool> keep_git_dir = std::nullopt;
  bool submodules = true;

  friend bool operator==(const GitSource&, const GitSource&) = default;
};

/// `REPOSITORY[#[REF][:FOLDER]]`, or `REPOSITORY?QUERY` with ref, branch, tag, subdir, checksum or
/// commit, keep-git-dir and submodules. Throws kInvalid for another key, for a ref given twice and
/// for a ref that git could take for an option.
GitSource parse_git_source(std::string_view text);

/// Whether a text is the whole name of a commit.
bool is_commit(std::string_view text);

}  // namespace bale::builder
