// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bale::builder {

/// How much `*` takes where it could take more or less.
enum class Greed { kShortest, kLongest };

/// How many of the matches are replaced.
enum class Occurrences { kFirst, kAll };

/// What one expansion may make, in bytes: doubling a variable on every line must not eat the
/// memory.
constexpr std::size_t kMaxExpanded = 1 << 20;

// The patterns of `${name#pattern}` and its kin: `*` any text, `?` one byte, `\*` `\?` `\\` those
// characters themselves. All throw kInvalid for another escape and for a pattern of over 1024
// bytes, and take time in proportion to pattern times value, whatever the pattern.

std::string trim_prefix(std::string_view value, std::string_view pattern, Greed greed);
std::string trim_suffix(std::string_view value, std::string_view pattern, Greed greed);
/// `*` takes as much as it can, as in BuildKit. Throws kInvalid past `kMaxExpanded`.
std::string replace_matches(std::string_view value, std::string_view pattern,
                            std::string_view replacement, Occurrences occurrences);

}  // namespace bale::builder
