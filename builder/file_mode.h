// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// What --chmod does to permission bits: an octal mode (`0755`) or the symbolic grammar of chmod(1)
/// (`u=rwX,go=rX`) with a umask of 0. Immutable; thread-safe.
class ModeChange {
 public:
  /// Throws kInvalid.
  static ModeChange parse(std::string_view text);

  /// The new bits of a file that has `mode`, all of them within 07777.
  std::uint32_t apply(std::uint32_t mode, bool is_directory) const;

 private:
  enum class Operator { kAdd, kRemove, kSet };
  struct Clause {
    std::uint32_t who = 0;  ///< the bits that the clause may touch
    Operator operation = Operator::kSet;
    std::uint32_t bits = 0;   ///< in all places; `who` chooses
    bool search = false;      ///< X
    char copied_from = '\0';  ///< u, g or o
  };

  static std::vector<Clause> parse_clause(std::string_view clause);
  static Clause parse_action(std::string_view& rest, std::uint32_t who);
  static std::uint32_t apply(const Clause& clause, std::uint32_t mode, bool is_directory);

  std::vector<Clause> clauses_;
};

}  // namespace bale::builder
