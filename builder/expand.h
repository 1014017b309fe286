// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// The value of a variable, or nothing where it is not set.
using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// What quotes in a text are: those of the Dockerfile, which go, or part of a file's content.
enum class Quotes { kProcess, kKeep };

struct Expansion {
  std::string text;
  /// The same cut at blanks that neither were quoted nor escaped; for instructions that take words.
  std::vector<std::string> words;
  /// Names that had no value where none was provided for, each once, in order.
  std::vector<std::string> unset;
};

/// Expands variables and takes off quotes and escapes as BuildKit does: `$v` `${v}` `${v:-w}`
/// `${v-w}` `${v:+w}` `${v+w}` `${v:?w}` `${v?w}` `${v#p}` `${v##p}` `${v%p}` `${v%%p}`
/// `${v/p/w}` `${v//p/w}`.
///
/// Throws kInvalid, without a place: bad syntax, a quote without its end, a variable that `?`
/// requires, nesting of over 100, a result of over 1 MiB (doubling a variable on every line must
/// not eat the memory).
Expansion expand(std::string_view text, const VariableLookup& lookup, char escape = '\\',
                 Quotes quotes = Quotes::kProcess);

}  // namespace bale::builder
