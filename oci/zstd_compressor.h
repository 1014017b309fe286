// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "oci/block_compressor.h"

namespace bale::oci {

/// Zstandard, one frame a block, each with its size and checksum. `level` from 1 to 19.
std::unique_ptr<BlockCompressor> make_zstd_compressor(int level, std::size_t block_size);

/// Name and version of the library.
std::string zstd_library();

}  // namespace bale::oci
