// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What the writer and the reader of a table of contents share: docs/formats/toc.md.
namespace bale::oci::toc_format {

inline constexpr std::string_view kMagic{"BALETOC\x01", 8};

/// The first byte of a record: 0 ends the table, else the file type + 1 with these flags.
inline constexpr unsigned kEnd = 0;
inline constexpr unsigned kTypeMask = 0x0F;
inline constexpr unsigned kHasContent = 0x10;
inline constexpr unsigned kHasXattrs = 0x20;
inline constexpr unsigned kHasFraction = 0x40;

/// The bytes of a SHA-256.
inline constexpr std::size_t kHashSize = 32;

}  // namespace bale::oci::toc_format
