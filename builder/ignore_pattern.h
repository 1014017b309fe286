// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// One pattern of an ignore file, which matches whole paths from the root of the context: `*` and
/// `?` do not match `/`, `**` matches any number of folders (and any text where it ends the
/// pattern), `[a-z]` and `\` as in Go's filepath.Match. Immutable; thread-safe.
class IgnorePattern {
 public:
  /// `pattern` is clean. Throws kInvalid, without a place, for a malformed one.
  explicit IgnorePattern(std::string_view pattern);

  /// Whether it matches the path or a folder that the path stands in.
  bool matches(std::string_view path) const;
  /// Whether it may match something below the folder.
  bool may_match_below(std::string_view folder) const;

 private:
  struct Range {
    char32_t first;
    char32_t last;
  };
  struct Token {
    enum class Kind { kCharacter, kAnyInName, kClass, kNamePart, kFolders, kAnyText };
    Kind kind;
    char32_t character = 0;
    bool negated = false;            ///< of kClass
    std::vector<Range> ranges = {};  ///< of kClass

    bool accepts(char32_t c) const;
  };
  class Run;

  void parse(std::u32string_view pattern);
  static Token parse_class(std::u32string_view pattern, std::size_t& at);

  std::vector<Token> tokens_;
  std::string prefix_;  ///< what stands before the first wildcard
  bool is_literal_;     ///< there is no wildcard: the prefix is all
};

}  // namespace bale::builder
