// SPDX-License-Identifier: Apache-2.0
#include "builder/size_text.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "builder/words.h"

namespace bale::builder {

namespace {

/// The exponent of 1024 that a unit stands for: `k`, `kb` and `kib` are the same.
std::optional<int> parse_unit(std::string_view text) {
  constexpr std::string_view kPrefixes = "kmgtp";
  if (text.empty() || text == "b") return 0;
  const auto prefix = kPrefixes.find(text.front());
  const auto rest = text.substr(1);
  if (prefix == std::string_view::npos) return std::nullopt;
  if (!rest.empty() && rest != "b" && rest != "ib") return std::nullopt;
  return static_cast<int>(prefix) + 1;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string number(text.substr(0, end));
  const auto exponent = parse_unit(lower(trim_left(text.substr(end))));
  const bool one_point = std::count(number.begin(), number.end(), '.') <= 1;
  if (number.empty() || number == "." || number.size() > 18 || !one_point || !exponent) {
    return std::nullopt;
  }
  const double bytes = std::stod(number) * std::pow(1024.0, *exponent);
  if (bytes >= 9.0e18) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace bale::builder
