// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace bale::server {

/// Bytes of something larger.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// A range that begins past the end.
struct Unsatisfiable {
  friend bool operator==(const Unsatisfiable&, const Unsatisfiable&) = default;
};

/// The header `Range` of a GET (RFC 9110, section 14.2) for a body of `size` bytes. Nothing where
/// the whole body is the answer: another unit, several ranges, or nothing that means a range.
std::optional<std::variant<ByteRange, Unsatisfiable>> parse_range(std::string_view text,
                                                                  std::uint64_t size);

/// The header `Content-Range` of a chunk (distribution-spec, "Pushing a blob in chunks"):
/// `FIRST-LAST`. Nothing for what is none.
std::optional<ByteRange> parse_chunk_range(std::string_view text);

}  // namespace bale::server
