// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "oci/block_compressor.h"

namespace bale::oci {

/// Zstandard, one frame a block, each with its size and checksum. `level` from 1 to 19. With kFiles
/// the room also does for a block that is packed in stretches, two for each 1024 bytes. What packs
/// better than a thousand to one is filled up with a skippable frame, so that no reader which holds
/// layers to such a ratio, as bale does, takes it for a bomb.
std::unique_ptr<BlockCompressor> make_zstd_compressor(int level, std::size_t block_size,
                                                      ZstdFrames frames);

/// Name and version of the library.
std::string zstd_library();

}  // namespace bale::oci
