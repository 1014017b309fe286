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
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t result = lead & (0x7FU >> length);
  bool valid = lead >= 0xC2 && lead < 0xF5 && length <= text.size();
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

std::size_t first_wildcard(std::string_view pattern) {
  return std::min(pattern.find_first_of("*?[\\"), pattern.size());
}

}  // namespace

IgnorePattern::IgnorePattern(std::string_view pattern)
    : prefix_(pattern.substr(0, first_wildcard(pattern))),
      is_literal_(prefix_.size() == pattern.size()) {
  glob_match(pattern, "");  // for its errors
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
      // Twice any number of folders is any number of folders.
      const bool repeated = !tokens_.empty() && tokens_.back().kind == Token::Kind::kFolders;
      if (!repeated || ends) {
        tokens_.push_back({ends ? Token::Kind::kAnyText : Token::Kind::kFolders});
      }
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

/// A pattern on its way along a path: the places in it that may come next, few at any time.
class IgnorePattern::Run {
 public:
  explicit Run(const std::vector<Token>& tokens)
      : tokens_(tokens), entered_at_(tokens.size() + 1, 0) {
    enter(0);
  }

  bool is_over() const { return places_.empty(); }
  /// What was taken so far is all that the pattern asks for.
  bool is_match() const { return entered_at_.back() == character_; }
  /// Something of the pattern is left that may match what follows.
  bool may_go_on() const { return places_.size() > (is_match() ? 1U : 0U); }

  void take(char32_t c) {
    before_.swap(places_);
    places_.clear();
    ++character_;
    for (const std::size_t place : before_) {
      if (place < tokens_.size() && tokens_[place].accepts(c)) advance(place, c);
    }
  }

 private:
  void advance(std::size_t place, char32_t c) {
    switch (tokens_[place].kind) {
      case Token::Kind::kNamePart:
      case Token::Kind::kAnyText:
        enter(place);
        break;
      case Token::Kind::kFolders:
        add(place);
        // Only a slash ends what it takes.
        if (c == '/') enter(place + 1);
        break;
      default:
        enter(place + 1);
    }
  }

  /// Together with the places that come after it when it takes nothing.
  void enter(std::size_t place) {
    for (;; ++place) {
      add(place);
      if (place == tokens_.size() || !may_be_empty(tokens_[place])) return;
    }
  }

  static bool may_be_empty(const Token& token) {
    return token.kind == Token::Kind::kNamePart || token.kind == Token::Kind::kFolders ||
           token.kind == Token::Kind::kAnyText;
  }

  void add(std::size_t place) {
    if (entered_at_[place] == character_) return;
    entered_at_[place] = character_;
    places_.push_back(place);
  }

  const std::vector<Token>& tokens_;
  std::size_t character_ = 1;
  std::vector<std::size_t> entered_at_;  ///< for each place the last character that led there
  std::vector<std::size_t> places_;
  std::vector<std::size_t> before_;
};

bool IgnorePattern::matches(std::string_view path) const {
  if (!path.starts_with(prefix_)) return false;
  if (is_literal_) return path.size() == prefix_.size() || path[prefix_.size()] == '/';
  Run run(tokens_);
  while (!path.empty() && !run.is_over()) {
    if (path.front() == '/' && run.is_match()) return true;
    run.take(take_character(path));
  }
  return run.is_match();
}

bool IgnorePattern::may_match_below(std::string_view folder) const {
  const std::string inside = std::string(folder) + "/";
  const auto common = std::min(inside.size(), prefix_.size());
  if (inside.compare(0, common, prefix_, 0, common) != 0) return false;
  if (is_literal_) return prefix_.size() > inside.size();
  Run run(tokens_);
  for (std::string_view rest = inside; !rest.empty();) run.take(take_character(rest));
  return run.may_go_on();
}

}  // namespace bale::builder
