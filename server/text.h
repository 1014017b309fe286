// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bale::server {

/// ASCII lower case.
std::string lower_case(std::string_view text);
/// Whether two words of HTTP are the same, whatever their case.
bool same_word(std::string_view a, std::string_view b);
/// Decimal digits and nothing else; nothing where they are too many for 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text);
/// The elements of a list with commas between them, without the spaces around them.
std::vector<std::string> split_list(std::string_view text);

}  // namespace bale::server
