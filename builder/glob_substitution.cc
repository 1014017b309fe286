// SPDX-License-Identifier: Apache-2.0
#include "builder/glob_substitution.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "oci/error.h"

namespace bale::builder {

namespace {

struct Token {
  enum class Kind { kByte, kAnyByte, kAnyText };
  Kind kind;
  char byte = 0;
};

using Pattern = std::vector<Token>;

constexpr std::size_t kMaxPattern = 1024;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

Token escaped_token(std::string_view pattern, std::size_t at) {
  const char c = at < pattern.size() ? pattern[at] : '\0';
  // `}` and `/` have to be escaped inside of `${}`; for the pattern they are plain.
  if (std::string_view("*?\\}/").find(c) != std::string_view::npos) return {Token::Kind::kByte, c};
  throw oci::Error(oci::ErrorCode::kInvalid,
                   "the pattern \"" + std::string(pattern) + "\" has a bad escape",
                   R"(\*, \?, \\, \} and \/ are the ones there are)");
}

Pattern parse_pattern(std::string_view text) {
  if (text.size() > kMaxPattern) {
    throw oci::Error(oci::ErrorCode::kInvalid, "the pattern is longer than 1024 bytes");
  }
  Pattern pattern;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '*':
        pattern.push_back({Token::Kind::kAnyText});
        break;
      case '?':
        pattern.push_back({Token::Kind::kAnyByte});
        break;
      case '\\':
        pattern.push_back(escaped_token(text, ++at));
        break;
      default:
        pattern.push_back({Token::Kind::kByte, text[at]});
    }
  }
  return pattern;
}

struct Match {
  std::size_t begin;
  std::size_t end;
};

enum class Anchor { kStart, kAnywhere };

/// Runs a pattern over a text with all its states at once: for each place in the pattern, the
/// leftmost start from which it was reached. So no pattern can make it go back.
class Matcher {
 public:
  Matcher(const Pattern& pattern, Greed greed)
      : pattern_(pattern), greed_(greed), starts_(pattern.size() + 1, kNone) {}

  std::optional<Match> find(std::string_view text, std::size_t from, Anchor anchor) {
    std::fill(starts_.begin(), starts_.end(), kNone);
    std::optional<Match> best;
    for (std::size_t at = from;; ++at) {
      if (!best && (at == from || anchor == Anchor::kAnywhere)) enter(0, at);
      best = better(best, at);
      const bool settled = best && (greed_ == Greed::kShortest || !reachable(best->begin));
      if (settled || at == text.size() || (anchor == Anchor::kStart && idle())) return best;
      step(text[at]);
    }
  }

 private:
  /// A state is entered together with those that an empty `*` leads on to.
  void enter(std::size_t state, std::size_t start) {
    for (;; ++state) {
      starts_[state] = std::min(starts_[state], start);
      if (state == pattern_.size() || pattern_[state].kind != Token::Kind::kAnyText) return;
    }
  }

  void step(char c) {
    before_.assign(starts_.size(), kNone);
    before_.swap(starts_);
    for (std::size_t state = 0; state < pattern_.size(); ++state) {
      if (before_[state] == kNone) continue;
      const Token& token = pattern_[state];
      if (token.kind == Token::Kind::kAnyText) {
        enter(state, before_[state]);
      } else if (token.kind == Token::Kind::kAnyByte || token.byte == c) {
        enter(state + 1, before_[state]);
      }
    }
  }

  std::optional<Match> better(const std::optional<Match>& best, std::size_t at) const {
    const std::size_t start = starts_.back();
    if (start == kNone || (best && best->begin < start)) return best;
    return Match{start, at};
  }

  bool idle() const {
    return std::all_of(starts_.begin(), starts_.end(), [](auto start) { return start == kNone; });
  }
  /// Whether a longer match from `begin`, or one from before it, is still under way.
  bool reachable(std::size_t begin) const {
    return std::any_of(starts_.begin(), starts_.end() - 1,
                       [begin](auto start) { return start <= begin; });
  }

  const Pattern& pattern_;
  Greed greed_;
  std::vector<std::size_t> starts_;
  std::vector<std::size_t> before_;  ///< `starts_` of the byte before
};

}  // namespace

std::string trim_prefix(std::string_view value, std::string_view pattern, Greed greed) {
  const Pattern parsed = parse_pattern(pattern);
  const auto match = Matcher(parsed, greed).find(value, 0, Anchor::kStart);
  return std::string(match ? value.substr(match->end) : value);
}

std::string trim_suffix(std::string_view value, std::string_view pattern, Greed greed) {
  // The suffix of a text is the prefix of its mirror image.
  Pattern mirrored = parse_pattern(pattern);
  std::reverse(mirrored.begin(), mirrored.end());
  const std::string backwards(value.rbegin(), value.rend());
  const auto match = Matcher(mirrored, greed).find(backwards, 0, Anchor::kStart);
  return std::string(match ? value.substr(0, value.size() - match->end) : value);
}

std::string replace_matches(std::string_view value, std::string_view pattern,
                            std::string_view replacement, Occurrences occurrences) {
  const Pattern parsed = parse_pattern(pattern);
  Matcher matcher(parsed, Greed::kLongest);
  std::string result;
  std::size_t at = 0;
  while (at <= value.size()) {
    const auto match = matcher.find(value, at, Anchor::kAnywhere);
    if (!match) break;
    result.append(value.substr(at, match->begin - at)).append(replacement);
    if (result.size() > kMaxExpanded) {
      throw oci::Error(oci::ErrorCode::kInvalid, "the value grows over 1 MiB when it is expanded");
    }
    at = match->end;
    if (occurrences == Occurrences::kFirst) break;
    // An empty match moves on by one byte, or it would be found for ever.
    if (match->begin == match->end) {
      result.append(value.substr(at, 1));
      ++at;
    }
  }
  return at < value.size() ? result.append(value.substr(at)) : result;
}

}  // namespace bale::builder
