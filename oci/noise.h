// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "oci/bytes.h"

namespace bale::oci {

/// A part of a block that is all noise or has none.
struct Stretch {
  std::size_t size = 0;
  bool is_noise = false;
};

/// The most stretches that a block of that size has.
std::size_t most_stretches(std::size_t block);

/// Cuts a block where noise begins and ends: 16 KiB and more in which all bytes are about equally
/// frequent, as in images, archives and keys. No compressor makes it smaller, and looking for
/// matches in it takes longer than in anything else. Depends on the bytes alone.
std::vector<Stretch> find_noise(Bytes block);

}  // namespace bale::oci
