// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bale::oci {

/// Text from elsewhere (labels, names, server messages, output of commands) made safe for a
/// terminal: control characters become `\xNN`, so that nobody's escape codes are obeyed. Tabs stay.
std::string printable(std::string_view text);

/// A foreign name in an error message: printable, on one line, between double quotes.
std::string in_quotes(std::string_view name);

/// `a, b, c`; of more than eight the first, and how many more there are. As they are.
std::string some_of(const std::vector<std::string>& words);

/// Bytes for people: "512 B", "1.5 KB", "120 MB"; powers of 1000.
std::string human_size(std::uint64_t bytes);

}  // namespace bale::oci
