// SPDX-License-Identifier: Apache-2.0
#include "oci/printable.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bale::oci {

namespace {

/// A control character at the start of `text`: how many bytes it takes, 0 for none. U+0080 to
/// U+009F count, since some terminals obey them.
std::size_t control_length(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  if ((byte < 0x20 && byte != '\t') || byte == 0x7F) return 1;
  if (byte != 0xC2 || text.size() < 2) return 0;
  const auto next = static_cast<unsigned char>(text[1]);
  return next >= 0x80 && next < 0xA0 ? 2 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t control = control_length(text);
    for (const char c : text.substr(0, control)) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    if (control == 0) result += text[0];
    text.remove_prefix(control == 0 ? 1 : control);
  }
  return result;
}

std::string in_quotes(std::string_view name) { return '"' + printable(name) + '"'; }

std::string some_of(const std::vector<std::string>& words) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kShown); ++i) {
    text += (i == 0 ? "" : ", ") + words[i];
  }
  if (words.size() > kShown) text += ", and " + std::to_string(words.size() - kShown) + " more";
  return text;
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"B", "KB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return value < 9.95 ? fmt::format("{:.1f} {}", value, kUnits[unit])
                      : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

}  // namespace bale::oci
