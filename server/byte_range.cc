// SPDX-License-Identifier: Apache-2.0
#include "server/byte_range.h"

#include <algorithm>
#include <limits>

#include "server/text.h"

namespace bale::server {

std::optional<std::variant<ByteRange, Unsatisfiable>> parse_range(std::string_view text,
                                                                  std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number(text.substr(0, dash));
  const auto last = parse_number(text.substr(dash + 1));
  const bool open_end = dash + 1 == text.size();
  if (dash == 0 && last) {  // the last so many bytes
    if (*last == 0 || size == 0) return Unsatisfiable{};
    const std::uint64_t count = std::min(*last, size);
    return ByteRange{size - count, count};
  }
  if (!first || (!last && !open_end) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) return Unsatisfiable{};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

std::optional<ByteRange> parse_chunk_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number(text.substr(0, dash));
  const auto last = parse_number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  if (*last - *first == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return ByteRange{*first, *last - *first + 1};
}

}  // namespace bale::server
