// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "oci/digest.h"

namespace bale::builder {

/// The 32 bytes of a sha256 digest, for where there are many.
using PackedDigest = std::array<std::byte, 32>;

/// `digest` is a sha256.
PackedDigest pack(const oci::Digest& digest);
oci::Digest unpack(const PackedDigest& bytes);

}  // namespace bale::builder
