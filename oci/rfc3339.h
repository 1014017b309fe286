// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bale::oci {

/// `2024-03-01T12:00:00Z`, with nanoseconds where they are not zero.
std::string rfc3339(std::chrono::sys_time<std::chrono::nanoseconds> time);

/// RFC 3339, section 5.6: `2024-03-01T12:00:00[.123](Z|+01:00)`. Nothing for any other text.
/// Down to the second, which is enough to compare times by.
std::optional<std::chrono::sys_seconds> parse_rfc3339(std::string_view text);

}  // namespace bale::oci
