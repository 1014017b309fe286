// SPDX-License-Identifier: Apache-2.0
#include "builder/ignore_pattern.h"

#include <algorithm>

#include "builder/glob.h"

namespace bale::builder {

namespace {

/// Bytes that are no UTF-8 become characters of their own, beyond Unicode, so that they match only
/// themselves.
constexpr char32_t kRawByte = 0x110000;

char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t result = length == 1 ? lead : lead & (0x7FU >> length);
  bool valid = lead < 0x80 || (lead >= 0xC2 && lead < 0xF5 && length <= text.size());
  for (std::size_t at = 1; valid && at < length; ++at) {
    valid = (byte(at) & 0xC0) == 0x80;
    result = result << 6 | (byte(at) & 0x3FU);
  }
  text.remove_prefix(valid ? length : 1);
  return valid ? result : kRawByte + lead;
}

std::u32string decode(std::string_view text) {
  std::u32string result;
  while (!text.empty()) result += take_character(text);
  return result;
}

bool is_plain(std::string_view pattern) {
  return pattern.find_first_of("*?[\\") == std::string_view::npos;
}

}  // namespace

IgnorePattern::IgnorePattern(std::string_view pattern) {
  glob_match(pattern, "");  // for its errors
  if (is_plain(pattern)) literal_ = pattern;
  parse(decode(pattern));
}

void IgnorePattern::parse(std::u32string_view pattern) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char32_t c = pattern[at];
    const bool doubled = pattern.substr(at).starts_with(U"**");
    if (doubled) {
      const bool folder = pattern.substr(at + 2).starts_with(U'/');
      at += folder ? 2 : 1;
      const bool ends = at + 1 == pattern.size();
      tokens_.push_back({ends ? Token::Kind::kAnyText : Token::Kind::kFolders});
    } else if (c == '*') {
      tokens_.push_back({Token::Kind::kNamePart});
    } else if (c == '?') {
      tokens_.push_back({Token::Kind::kAnyInName});
    } else if (c == '[') {
      tokens_.push_back(parse_class(pattern, at));
    } else {
      if (c == '\\' && at + 1 < pattern.size()) ++at;
      tokens_.push_back({Token::Kind::kCharacter, pattern[at]});
    }
  }
  // `**.md` means every path that ends so, though no slash follows the stars.
  const bool tail_is_plain =
      !tokens_.empty() && std::all_of(tokens_.begin() + 1, tokens_.end(), [](const Token& token) {
        return token.kind == Token::Kind::kCharacter;
      });
  if (tail_is_plain && pattern.starts_with(U"**") && !pattern.starts_with(U"**/")) {
    tokens_.front().kind = Token::Kind::kAnyText;
  }
}

IgnorePattern::Token IgnorePattern::parse_class(std::u32string_view pattern, std::size_t& at) {
  Token token{Token::Kind::kClass};
  const auto take_member = [&] {
    if (pattern[at] == '\\') ++at;
    return pattern[at++];
  };
  ++at;
  token.negated = pattern[at] == '^';
  if (token.negated) ++at;
  do {
    const char32_t first = take_member();
    const bool is_range = pattern[at] == '-';
    if (is_range) ++at;
    token.ranges.push_back({first, is_range ? take_member() : first});
  } while (pattern[at] != ']');
  return token;
}

bool IgnorePattern::Token::accepts(char32_t c) const {
  switch (kind) {
    case Kind::kCharacter:
      return c == character;
    case Kind::kAnyInName:
    case Kind::kNamePart:
      return c != '/';
    case Kind::kClass:
      return negated != std::any_of(ranges.begin(), ranges.end(), [c](const Range& range) {
               return range.first <= c && c <= range.last;
             });
    case Kind::kFolders:
    case Kind::kAnyText:
      return true;
  }
  return false;
}

void IgnorePattern::enter(States& states, std::size_t place) const {
  for (;; ++place) {
    states[place] = true;
    if (place == tokens_.size()) return;
    const auto kind = tokens_[place].kind;
    const bool may_be_empty = kind == Token::Kind::kNamePart || kind == Token::Kind::kFolders ||
                              kind == Token::Kind::kAnyText;
    if (!may_be_empty) return;
  }
}

IgnorePattern::States IgnorePattern::step(const States& states, char32_t c) const {
  States next(states.size(), false);
  for (std::size_t place = 0; place < tokens_.size(); ++place) {
    if (!states[place] || !tokens_[place].accepts(c)) continue;
    switch (tokens_[place].kind) {
      case Token::Kind::kNamePart:
      case Token::Kind::kAnyText:
        enter(next, place);
        break;
      case Token::Kind::kFolders:
        // Only a slash ends what it takes.
        next[place] = true;
        if (c == '/') enter(next, place + 1);
        break;
      default:
        enter(next, place + 1);
    }
  }
  return next;
}

IgnorePattern::States IgnorePattern::run(std::u32string_view path) const {
  States states(tokens_.size() + 1, false);
  enter(states, 0);
  for (const char32_t c : path) {
    states = step(states, c);
    if (std::find(states.begin(), states.end(), true) == states.end()) break;
  }
  return states;
}

bool IgnorePattern::matches(std::string_view path) const {
  if (!literal_.empty()) return path == literal_;
  return run(decode(path)).back();
}

bool IgnorePattern::may_match_below(std::string_view folder) const {
  const States states = run(decode(std::string(folder) + "/"));
  return std::find(states.begin(), states.end() - 1, true) != states.end() - 1;
}

}  // namespace bale::builder
