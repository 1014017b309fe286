// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "oci/platform.h"

namespace bale::tools {

/// The platforms of a repeatable option that also takes lists; none where it was not given.
std::vector<oci::Platform> parse_platforms(const std::vector<std::string>& lists);

/// KEY=VALUE of a repeatable option; of one key the last counts. Throws kInvalid for anything else,
/// naming the option.
std::map<std::string, std::string> parse_pairs(const std::vector<std::string>& texts,
                                               const std::string& option);

/// `TYPE/SUBTYPE`, as it stands. Throws kInvalid for anything else, naming the option.
std::string parse_media_type(const std::string& text, const std::string& option);

/// A whole number from 0 on. Throws kInvalid for anything else, naming the option.
std::int64_t parse_count(const std::string& text, const std::string& option);

/// Seconds since 1970, to the year 2262, where nanoseconds end. Throws kInvalid, naming the option.
std::chrono::sys_seconds parse_epoch(const std::string& text, const std::string& option);

/// `2024-03-01T12:00:00Z`, or the seconds since 1970. Throws kInvalid, naming the option.
std::chrono::sys_seconds parse_time(const std::string& text, const std::string& option);

}  // namespace bale::tools
