// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bale::builder {

/// Nanoseconds of a duration as Go writes them: `1h30m`, `1.5s`, `300ms`, `0`. Nothing where the
/// text is none, or is too long for 64 bits.
std::optional<std::int64_t> parse_duration(std::string_view text);

/// `1m30s`, `500ms`, `0s`, as Go prints it.
std::string format_duration(std::int64_t nanoseconds);

}  // namespace bale::builder
