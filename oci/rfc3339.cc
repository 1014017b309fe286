// SPDX-License-Identifier: Apache-2.0
#include "oci/rfc3339.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace bale::oci {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number of `count` digits at `place`.
int number(std::string_view text, std::size_t place, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(place, count)) value = value * 10 + (c - '0');
  return value;
}

/// Whether the text starts as the shape does, in which `d` is a digit and letters are of any case.
bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == 'd'   ? is_digit(text[i])
                      : shape[i] == 'T' ? text[i] == 'T' || text[i] == 't'
                                        : text[i] == shape[i];
    if (!fits) return false;
  }
  return true;
}

/// Takes `.123` off the front; false where no digit follows the point.
bool take_fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return true;
  const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  rest.remove_prefix(end);
  return end > 1;
}

std::optional<std::chrono::minutes> parse_offset(std::string_view rest) {
  if (rest == "Z" || rest == "z") return std::chrono::minutes(0);
  constexpr std::size_t kSize = 6;
  if (rest.size() != kSize || (rest[0] != '+' && rest[0] != '-')) return std::nullopt;
  if (!has_shape(rest.substr(1), "dd:dd")) return std::nullopt;
  const std::chrono::minutes offset(number(rest, 1, 2) * 60 + number(rest, 4, 2));
  return rest[0] == '-' ? -offset : offset;
}

}  // namespace

std::string rfc3339(std::chrono::sys_time<std::chrono::nanoseconds> time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto nanoseconds = (time - seconds).count();
  std::string text = fmt::format("{:%Y-%m-%dT%H:%M:%S}",
                                 fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
  if (nanoseconds != 0) {
    std::string fraction = fmt::format(".{:09}", nanoseconds);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  return text + "Z";
}

std::optional<std::chrono::sys_seconds> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (!has_shape(text, kShape)) return std::nullopt;
  const std::chrono::year_month_day day{
      std::chrono::year(number(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number(text, 8, 2)))};
  const int hours = number(text, 11, 2);
  const int minutes = number(text, 14, 2);
  const int seconds = number(text, 17, 2);
  // A minute may have a leap second.
  if (!day.ok() || hours > 23 || minutes > 59 || seconds > 60) return std::nullopt;
  std::string_view rest = text.substr(kShape.size());
  if (!take_fraction(rest)) return std::nullopt;
  const auto offset = parse_offset(rest);
  if (!offset) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds) - *offset;
}

}  // namespace bale::oci
