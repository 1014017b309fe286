// SPDX-License-Identifier: Apache-2.0
#include "tools/option_values.h"

#include <charconv>

#include <fmt/format.h>

#include "oci/error.h"
#include "oci/media_type.h"
#include "oci/rfc3339.h"

namespace bale::tools {

std::vector<oci::Platform> parse_platforms(const std::vector<std::string>& lists) {
  if (lists.empty()) return {};
  return oci::Platform::parse_list(fmt::format("{}", fmt::join(lists, ",")));
}

std::map<std::string, std::string> parse_pairs(const std::vector<std::string>& texts,
                                               const std::string& option) {
  std::map<std::string, std::string> pairs;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw oci::Error(oci::ErrorCode::kInvalid, option + " " + text + ": not KEY=VALUE");
    }
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

std::string parse_media_type(const std::string& text, const std::string& option) {
  if (oci::MediaType(text).is_well_formed()) return text;
  throw oci::Error(oci::ErrorCode::kInvalid, option + " " + text + ": not a media type",
                   "write TYPE/SUBTYPE, such as application/spdx+json");
}

std::int64_t parse_count(const std::string& text, const std::string& option) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && value >= 0) return value;
  throw oci::Error(oci::ErrorCode::kInvalid, option + " " + text + ": not a whole number");
}

std::chrono::sys_seconds parse_epoch(const std::string& text, const std::string& option) {
  using Nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(Nanoseconds::max());
  const std::chrono::sys_seconds time{std::chrono::seconds(parse_count(text, option))};
  if (time <= kLast) return time;
  throw oci::Error(oci::ErrorCode::kInvalid, option + " " + text + ": beyond the year 2262",
                   "seconds since 1970 are expected, not milliseconds");
}

std::chrono::sys_seconds parse_time(const std::string& text, const std::string& option) {
  if (const auto time = oci::parse_rfc3339(text)) return *time;
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
    return parse_epoch(text, option);
  }
  throw oci::Error(oci::ErrorCode::kInvalid, option + " " + text + ": no time",
                   "write 2024-03-01T12:00:00Z, or the seconds since 1970");
}

}  // namespace bale::tools
