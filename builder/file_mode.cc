// SPDX-License-Identifier: Apache-2.0
#include "builder/file_mode.h"

#include <algorithm>

#include "oci/error.h"

namespace bale::builder {

namespace {

constexpr std::uint32_t kAllBits = 07777;
constexpr std::uint32_t kAnyExecute = 0111;

[[noreturn]] void bad_mode(std::string_view text) {
  throw oci::Error(oci::ErrorCode::kInvalid, "not a file mode: " + std::string(text),
                   "write it as chmod does: 0755, or u=rwX,go=rX");
}

bool is_octal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("01234567") == std::string_view::npos;
}

std::uint32_t parse_octal(std::string_view text) {
  std::uint32_t mode = 0;
  for (const char digit : text) {
    mode = mode * 8 + static_cast<std::uint32_t>(digit - '0');
    if (mode > kAllBits) bad_mode(text);
  }
  return mode;
}

std::uint32_t who_bits(char who) {
  switch (who) {
    case 'u':
      return 04700;
    case 'g':
      return 02070;
    case 'o':
      return 01007;
    default:
      return kAllBits;
  }
}

/// The bits of one permission letter, for everybody.
std::uint32_t permission_bits(char letter) {
  switch (letter) {
    case 'r':
      return 0444;
    case 'w':
      return 0222;
    case 'x':
      return kAnyExecute;
    case 's':
      return 06000;
    case 't':
      return 01000;
    default:
      return 0;
  }
}

/// The three bits that one party has, given to all three.
std::uint32_t spread(std::uint32_t mode, char party) {
  const int shift = party == 'u' ? 6 : party == 'g' ? 3 : 0;
  const std::uint32_t bits = (mode >> shift) & 07;
  return bits << 6 | bits << 3 | bits;
}

}  // namespace

ModeChange ModeChange::parse(std::string_view text) {
  ModeChange change;
  if (is_octal(text)) {
    change.clauses_.push_back({.who = kAllBits, .bits = parse_octal(text)});
    return change;
  }
  for (std::string_view rest = text;;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    for (Clause& each : parse_clause(rest.substr(0, comma))) change.clauses_.push_back(each);
    if (comma == rest.size()) return change;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<ModeChange::Clause> ModeChange::parse_clause(std::string_view clause) {
  std::uint32_t who = 0;
  std::string_view rest = clause;
  for (; !rest.empty() && std::string_view("ugoa").find(rest.front()) != std::string_view::npos;
       rest.remove_prefix(1))
    who |= who_bits(rest.front());
  if (who == 0) who = kAllBits;
  std::vector<Clause> clauses;
  while (!rest.empty() && std::string_view("+-=").find(rest.front()) != std::string_view::npos)
    clauses.push_back(parse_action(rest, who));
  if (clauses.empty() || !rest.empty()) bad_mode(clause);
  return clauses;
}

ModeChange::Clause ModeChange::parse_action(std::string_view& rest, std::uint32_t who) {
  Clause clause{.who = who};
  clause.operation = rest.front() == '+'   ? Operator::kAdd
                     : rest.front() == '-' ? Operator::kRemove
                                           : Operator::kSet;
  rest.remove_prefix(1);
  if (!rest.empty() && std::string_view("ugo").find(rest.front()) != std::string_view::npos) {
    clause.copied_from = rest.front();
    rest.remove_prefix(1);
    return clause;
  }
  for (; !rest.empty() && (rest.front() == 'X' || permission_bits(rest.front()) != 0);
       rest.remove_prefix(1)) {
    clause.search = clause.search || rest.front() == 'X';
    clause.bits |= permission_bits(rest.front());
  }
  return clause;
}

std::uint32_t ModeChange::apply(const Clause& clause, std::uint32_t mode, bool is_directory) {
  std::uint32_t bits = clause.copied_from != '\0' ? spread(mode, clause.copied_from) : clause.bits;
  if (clause.search && (is_directory || (mode & kAnyExecute) != 0)) bits |= kAnyExecute;
  bits &= clause.who;
  switch (clause.operation) {
    case Operator::kAdd:
      return mode | bits;
    case Operator::kRemove:
      return mode & ~bits;
    case Operator::kSet:
      return (mode & ~clause.who) | bits;
  }
  return mode;
}

std::uint32_t ModeChange::apply(std::uint32_t mode, bool is_directory) const {
  for (const Clause& each : clauses_) mode = apply(each, mode, is_directory);
  return mode & kAllBits;
}

}  // namespace bale::builder
