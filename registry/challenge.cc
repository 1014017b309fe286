// SPDX-License-Identifier: Apache-2.0
#include "registry/challenge.h"

#include <optional>
#include <utility>

namespace bale::registry {

namespace {

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

/// Reads one header line from the front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  /// Spaces, and the commas between list items.
  void skip_separators() { skip(" \t,"); }
  void skip_spaces() { skip(" \t"); }
  void skip_one() { rest_.remove_prefix(1); }

  /// Lower case; "" where no token begins.
  std::string token() {
    std::string result;
    while (!rest_.empty() && is_token_char(rest_.front())) {
      const char c = rest_.front();
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      rest_.remove_prefix(1);
    }
    return result;
  }

  /// The value of `name = value`; nothing where no equals sign follows, and nothing is taken then.
  std::optional<std::string> assigned_value() {
    const std::string_view before = rest_;
    skip_spaces();
    if (rest_.empty() || rest_.front() != '=') {
      rest_ = before;
      return std::nullopt;
    }
    skip_one();
    skip_spaces();
    return !rest_.empty() && rest_.front() == '"' ? quoted() : plain();
  }

 private:
  void skip(std::string_view marks) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(marks), rest_.size()));
  }

  std::string plain() {
    const std::size_t end = std::min(rest_.find_first_of(", \t"), rest_.size());
    std::string value(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return value;
  }

  std::string quoted() {
    std::string value;
    skip_one();
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) skip_one();
      value += rest_.front();
      skip_one();
    }
    if (!rest_.empty()) skip_one();
    return value;
  }

  std::string_view rest_;
};

void parse_line(std::string_view line, std::vector<Challenge>& challenges) {
  Scanner scanner(line);
  for (scanner.skip_separators(); !scanner.at_end(); scanner.skip_separators()) {
    std::string name = scanner.token();
    if (name.empty()) {
      scanner.skip_one();  // not of this grammar
    } else if (auto value = scanner.assigned_value()) {
      // Parameters belong to the scheme before them; a token68 ends up here too, and harms nobody.
      if (!challenges.empty()) {
        challenges.back().parameters.emplace(std::move(name), *std::move(value));
      }
    } else {
      challenges.push_back({std::move(name), {}});
    }
  }
}

}  // namespace

std::string Challenge::parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

std::vector<Challenge> parse_challenges(const Headers& headers) {
  std::vector<Challenge> challenges;
  for (const std::string& line : headers.all("WWW-Authenticate")) parse_line(line, challenges);
  return challenges;
}

}  // namespace bale::registry
