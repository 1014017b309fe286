// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "oci/tar_entry.h"

namespace bale::oci {

/// Headers and contents of a tar archive start at multiples of this.
inline constexpr std::size_t kTarBlock = 512;

/// An archive ends with two blocks of zeros.
inline constexpr std::size_t kTarEnd = 2 * kTarBlock;

/// The zeros that follow a content of `size` bytes.
constexpr std::size_t tar_padding(std::uint64_t size) {
  return static_cast<std::size_t>((kTarBlock - size % kTarBlock) % kTarBlock);
}

/// Appends the header of `entry`: a ustar header, preceded by a pax extended header only where
/// ustar cannot say it (a long or non-ASCII path or link, a size or id past 8 octal digits, a time
/// before 1970 or with a fraction, xattrs). The same entry gives the same bytes. Owner names stay
/// empty, the root is "./". Throws kInvalid for what no tar can hold: a NUL in a path or an xattr's
/// name, '=' in an xattr's name, a device number past 7 octal digits.
void append_tar_header(std::string& out, const TarEntry& entry);

}  // namespace bale::oci
