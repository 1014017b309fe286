// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace bale::builder {

/// What the comments at the top of a Dockerfile ask for.
struct Directives {
  std::string syntax;  ///< a frontend image; recorded, never fetched
  char escape = '\\';
  std::string check;  ///< `skip=RULE,...;error=true`
};

/// Takes the lines of a Dockerfile from its first on, and reads directives until a line is none:
/// from there on every comment is only a comment.
class DirectiveReader {
 public:
  explicit DirectiveReader(Directives& into) : into_(into) {}

  /// Throws kInvalid, without a place, for a directive given twice or an escape that is none.
  void read_line(std::string_view line);

 private:
  void set(const std::string& key, std::string_view value);

  Directives& into_;
  std::set<std::string> seen_;
  bool first_ = true;
  bool done_ = false;
};

}  // namespace bale::builder
