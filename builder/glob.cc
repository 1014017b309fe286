// SPDX-License-Identifier: Apache-2.0
#include "builder/glob.h"

#include <algorithm>
#include <optional>
#include <string>

#include "oci/error.h"

namespace bale::builder {

namespace {

[[noreturn]] void bad_pattern(std::string_view pattern) {
  throw oci::Error(oci::ErrorCode::kInvalid, "malformed pattern: " + std::string(pattern),
                   "write \\[ for a bracket that stands for itself");
}

/// The length of the first character of non-empty text; 1 for what is no UTF-8.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (length > text.size()) return 1;
  const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  return std::all_of(text.begin() + 1, text.begin() + length, follows) ? length : 1;
}

std::string_view take_character(std::string_view& text) {
  const std::string_view character = text.substr(0, character_length(text));
  text.remove_prefix(character.size());
  return character;
}

/// Matches one pattern from left to right. UTF-8 keeps the order of code points byte by byte, so
/// ranges compare as text.
class Matcher {
 public:
  explicit Matcher(std::string_view pattern) : pattern_(pattern) {}

  /// On a mismatch only the last star has to take one character more: what stands before it has
  /// matched at the earliest place already.
  bool match(std::string_view name) const {
    std::string_view rest = pattern_;
    std::optional<std::string_view> after_star;
    std::string_view star_name;
    while (!rest.empty() || !name.empty()) {
      if (rest.starts_with('*')) {
        rest.remove_prefix(1);
        after_star = rest;
        star_name = name;
      } else if (!advance(rest, name)) {
        if (!after_star || star_name.empty()) return false;
        take_character(star_name);
        rest = *after_star;
        name = star_name;
      }
    }
    return true;
  }

  /// A fault is told whether or not a name gets that far.
  void check() const {
    for (std::string_view rest = pattern_; !rest.empty();) {
      if (rest.starts_with('*'))
        rest.remove_prefix(1);
      else
        match_one(rest, "x");
    }
  }

 private:
  /// Matches one character against one element of the pattern.
  bool advance(std::string_view& rest, std::string_view& name) const {
    return !rest.empty() && !name.empty() && match_one(rest, take_character(name));
  }

  /// Consumes one element of the pattern other than a star.
  bool match_one(std::string_view& rest, std::string_view character) const {
    if (rest.front() == '?') {
      rest.remove_prefix(1);
      return true;
    }
    if (rest.front() == '[') {
      rest.remove_prefix(1);
      return match_class(rest, character);
    }
    return take_literal(rest) == character;
  }

  bool match_class(std::string_view& rest, std::string_view character) const {
    const bool negated = rest.starts_with('^');
    if (negated) rest.remove_prefix(1);
    bool matched = false;
    for (bool first = true; first || !rest.starts_with(']'); first = false) {
      const std::string_view low = take_member(rest);
      std::string_view high = low;
      if (rest.starts_with('-')) {
        rest.remove_prefix(1);
        high = take_member(rest);
      }
      matched = matched || (low <= character && character <= high);
    }
    rest.remove_prefix(1);
    return matched != negated;
  }

  std::string_view take_member(std::string_view& rest) const {
    if (rest.empty() || rest.front() == '-' || rest.front() == ']') bad_pattern(pattern_);
    const std::string_view member = take_literal(rest);
    if (rest.empty()) bad_pattern(pattern_);
    return member;
  }

  std::string_view take_literal(std::string_view& rest) const {
    if (rest.front() == '\\') {
      rest.remove_prefix(1);
      if (rest.empty()) bad_pattern(pattern_);
    }
    return take_character(rest);
  }

  std::string_view pattern_;
};

}  // namespace

bool has_wildcard(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '*' || text[i] == '?' || text[i] == '[')
      return true;
  }
  return false;
}

bool glob_match(std::string_view pattern, std::string_view name) {
  const Matcher matcher(pattern);
  matcher.check();
  return matcher.match(name);
}

}  // namespace bale::builder
