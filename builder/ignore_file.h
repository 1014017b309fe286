// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/ignore_pattern.h"
#include "builder/tree_filter.h"

namespace bale::builder {

/// What an ignore file keeps out of a context. Of the patterns that match a path or one of the
/// folders that it stands in, the last decides; `!` before a pattern lets the path in again.
/// Immutable; thread-safe.
class IgnoreMatcher {
 public:
  /// Keeps nothing out.
  IgnoreMatcher() = default;
  /// `name` stands in messages. Throws kInvalid with the marked line for a malformed pattern.
  static IgnoreMatcher parse(std::string_view text, std::string name);

  /// `path` is clean and relative to the root of the context.
  bool excluded(std::string_view path) const;
  /// Whether a walk has to look into a folder although it is excluded.
  bool may_reinclude_below(std::string_view folder) const;

 private:
  struct Rule {
    IgnorePattern pattern;
    bool reincludes;
  };

  std::vector<Rule> rules_;
};

/// The same for the tree of a context.
TreeFilter ignore_filter(IgnoreMatcher matcher);

/// Where the ignore file of a build is looked for.
struct IgnoreFilePlaces {
  std::filesystem::path context;
  std::filesystem::path dockerfile;  ///< "" where it comes from elsewhere than a file
  std::filesystem::path named;       ///< `--ignorefile`, "" for none
};

/// The named one, else the first that exists of `DOCKERFILE.dockerignore`,
/// `DOCKERFILE.containerignore`, `CONTEXT/.containerignore` and `CONTEXT/.dockerignore`.
std::optional<std::filesystem::path> find_ignore_file(const IgnoreFilePlaces& places);

/// The matcher of the file that `find_ignore_file` finds. Throws what reading and parsing throw:
/// kNotFound for a named file that is not there.
IgnoreMatcher load_ignore_file(const IgnoreFilePlaces& places);

}  // namespace bale::builder
