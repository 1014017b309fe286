// SPDX-License-Identifier: Apache-2.0
#include "registry/version_range.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "oci/error.h"

namespace bale::registry {

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool padded = text.size() > 1 && text.front() == '0';
  if (text.empty() || error != std::errc() || stop != end || padded) return std::nullopt;
  return number;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-';
  });
}

/// Numbers before words, numbers by value.
std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const auto number_a = parse_number(a);
  const auto number_b = parse_number(b);
  if (number_a && number_b) return *number_a <=> *number_b;
  if (number_a) return std::strong_ordering::less;
  if (number_b) return std::strong_ordering::greater;
  return a.compare(b) <=> 0;
}

/// A version of which trailing numbers may be missing or `x`.
struct PartialVersion {
  Version version;
  std::size_t known = 0;  ///< how many of the numbers are given
};

bool is_wildcard(std::string_view text) { return text == "x" || text == "X" || text == "*"; }

std::optional<PartialVersion> parse_partial(std::string_view text) {
  if (!text.empty() && (text.front() == 'v' || text.front() == 'V')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  PartialVersion result;
  const std::size_t dash = text.find('-');
  for (const std::string& part : split(text.substr(0, dash), '.')) {
    if (result.known == 3) return std::nullopt;
    if (is_wildcard(part)) break;
    const auto number = parse_number(part);
    if (!number) return std::nullopt;
    result.version.numbers[result.known++] = *number;
  }
  if (dash == std::string_view::npos) return result;
  result.version.prerelease = split(text.substr(dash + 1), '.');
  const auto& words = result.version.prerelease;
  const bool valid = result.known == 3 && std::all_of(words.begin(), words.end(), is_identifier);
  return valid ? std::optional(result) : std::nullopt;
}

/// The version where number `place` counts one more, and what follows is 0.
Version next_at(const Version& version, std::size_t place) {
  Version next;
  std::copy_n(version.numbers.begin(), place + 1, next.numbers.begin());
  ++next.numbers[place];
  return next;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  const auto partial = parse_partial(text);
  if (!partial || partial->known != 3) return std::nullopt;
  return partial->version;
}

std::strong_ordering operator<=>(const Version& a, const Version& b) {
  if (const auto order = a.numbers <=> b.numbers; order != 0) return order;
  if (a.prerelease.empty() || b.prerelease.empty()) {
    return a.prerelease.empty() <=> b.prerelease.empty();
  }
  return std::lexicographical_compare_three_way(a.prerelease.begin(), a.prerelease.end(),
                                                b.prerelease.begin(), b.prerelease.end(),
                                                compare_identifiers);
}

/// Turns words into bounds.
class VersionRange::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Alternative> parse() {
    std::vector<Alternative> alternatives;
    std::string rest(text_);
    for (std::size_t at; (at = rest.find("||")) != std::string::npos;) {
      alternatives.push_back(parse_alternative(rest.substr(0, at)));
      rest.erase(0, at + 2);
    }
    alternatives.push_back(parse_alternative(rest));
    return alternatives;
  }

 private:
  [[noreturn]] void fail() const {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "'" + std::string(text_) + "' is no range of versions",
                     "for instance '>=1.2 <2', '^1.4', '~1.4.2', '1.x'");
  }

  Alternative parse_alternative(std::string text) const {
    std::replace(text.begin(), text.end(), ',', ' ');
    Alternative bounds;
    std::string op;
    bool any = false;
    for (std::string word : split(text, ' ')) {
      if (word.empty()) continue;
      any = true;
      word = op + word;
      const std::size_t digits = word.find_first_not_of("<>=^~");
      op = digits == std::string::npos ? word : "";  // `>= 1.2`
      if (op.empty()) add_bounds(bounds, word.substr(0, digits), word.substr(digits));
    }
    if (!any || !op.empty()) fail();
    return bounds;
  }

  void add_bounds(Alternative& bounds, const std::string& op, const std::string& text) const {
    const auto given = parse_partial(text);
    if (!given) fail();
    const Version& version = given->version;
    const std::size_t known = given->known;
    if (op == ">=") {
      bounds.push_back({Relation::kGreaterOrEqual, version});
    } else if (op == ">") {
      const bool whole = known == 3 || known == 0;
      bounds.push_back({whole ? Relation::kGreater : Relation::kGreaterOrEqual,
                        whole ? version : next_at(version, known - 1)});
    } else if (op == "<") {
      bounds.push_back({Relation::kLess, version});
    } else if (op == "<=") {
      if (known == 3) {
        bounds.push_back({Relation::kLessOrEqual, version});
      } else if (known > 0) {
        bounds.push_back({Relation::kLess, next_at(version, known - 1)});
      }
    } else if (op == "^") {
      add_interval(bounds, *given, first_that_counts(*given));
    } else if (op == "~") {
      add_interval(bounds, *given, known >= 2 ? 1 : 0);
    } else if (op.empty() || op == "=") {
      if (known == 3) return bounds.push_back({Relation::kEqual, version});
      add_interval(bounds, *given, known == 0 ? 0 : known - 1);
    } else {
      fail();
    }
  }

  /// `^` keeps the first number that is not 0.
  static std::size_t first_that_counts(const PartialVersion& given) {
    std::size_t place = 0;
    while (place + 1 < given.known && given.version.numbers[place] == 0) ++place;
    return place;
  }

  static void add_interval(Alternative& bounds, const PartialVersion& given, std::size_t place) {
    if (given.known == 0) return;  // `*`: all versions
    bounds.push_back({Relation::kGreaterOrEqual, given.version});
    bounds.push_back({Relation::kLess, next_at(given.version, place)});
  }

  std::string_view text_;
};

VersionRange VersionRange::parse(std::string_view text) {
  VersionRange range;
  range.alternatives_ = Parser(text).parse();
  return range;
}

bool VersionRange::contains(const Version& version) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [&](const Alternative& bounds) { return holds(bounds, version); });
}

bool VersionRange::holds(const Alternative& bounds, const Version& version) {
  const bool inside = std::all_of(bounds.begin(), bounds.end(),
                                  [&](const Bound& bound) { return bound.holds_for(version); });
  if (!inside || version.prerelease.empty()) return inside;
  return std::any_of(bounds.begin(), bounds.end(), [&](const Bound& bound) {
    return !bound.version.prerelease.empty() && bound.version.numbers == version.numbers;
  });
}

bool VersionRange::Bound::holds_for(const Version& other) const {
  const auto order = other <=> version;
  switch (relation) {
    case Relation::kLess:
      return order < 0;
    case Relation::kLessOrEqual:
      return order <= 0;
    case Relation::kEqual:
      return order == 0;
    case Relation::kGreaterOrEqual:
      return order >= 0;
    case Relation::kGreater:
      return order > 0;
  }
  return false;
}

}  // namespace bale::registry
