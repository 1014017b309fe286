// SPDX-License-Identifier: Apache-2.0
#include "builder/duration.h"

#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace bale::builder {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::int64_t kMicrosecond = 1000;
constexpr std::int64_t kMillisecond = 1000 * kMicrosecond;
constexpr std::int64_t kSecond = 1000 * kMillisecond;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", kMicrosecond},
                                         {"\u00b5s", kMicrosecond},
                                         {"\u03bcs", kMicrosecond},
                                         {"ms", kMillisecond},
                                         {"s", kSecond},
                                         {"m", kMinute},
                                         {"h", kHour}}};

constexpr std::string_view kDigits = "0123456789";

std::string_view take_while(std::string_view& text, std::string_view allowed) {
  const auto end = std::min(text.find_first_not_of(allowed), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

std::optional<Unit> take_unit(std::string_view& text) {
  const auto end = std::min(text.find_first_of("0123456789."), text.size());
  const auto name = text.substr(0, end);
  for (const auto& unit : kUnits) {
    if (unit.name != name) continue;
    text.remove_prefix(end);
    return unit;
  }
  return std::nullopt;
}

/// One number with its unit, taken off the front.
std::optional<double> take_part(std::string_view& text) {
  const auto whole = take_while(text, kDigits);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_while(text, kDigits);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const auto unit = take_unit(text);
  if (!unit || whole.size() > 18 || fraction.size() > 18) return std::nullopt;
  const double number = std::stod(fmt::format("0{}.{}0", whole, fraction));
  return number * static_cast<double>(unit->nanoseconds);
}

std::string trim_zeros(std::string number) {
  if (number.find('.') == std::string::npos) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

std::string in_unit(std::int64_t nanoseconds, const Unit& unit) {
  const auto value = static_cast<double>(nanoseconds) / static_cast<double>(unit.nanoseconds);
  return trim_zeros(fmt::format("{:.9f}", value)) + std::string(unit.name);
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    const auto part = take_part(text);
    if (!part) return std::nullopt;
    sum += *part;
  }
  if (sum >= static_cast<double>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const auto nanoseconds = static_cast<std::int64_t>(std::llround(sum));
  return negative ? -nanoseconds : nanoseconds;
}

std::string format_duration(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  if (nanoseconds < kMicrosecond) return in_unit(nanoseconds, {"ns", 1});
  if (nanoseconds < kMillisecond) return in_unit(nanoseconds, {"\u00b5s", kMicrosecond});
  if (nanoseconds < kSecond) return in_unit(nanoseconds, {"ms", kMillisecond});
  const std::int64_t hours = nanoseconds / kHour;
  const std::int64_t minutes = nanoseconds / kMinute % 60;
  std::string result = hours > 0 ? fmt::format("{}h", hours) : "";
  if (hours > 0 || minutes > 0) result += fmt::format("{}m", minutes);
  return result + in_unit(nanoseconds % kMinute, {"s", kSecond});
}

}  // namespace bale::builder
