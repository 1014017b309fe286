// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "oci/block_compressor.h"

namespace bale::oci {

/// What becomes of bytes that do not compress: a member of their own, stored, or no matter.
enum class Noise { kStore, kCompress };

/// Gzip through libdeflate: the same bytes on every CPU. `level` from 1 to 12 as libdeflate has it.
std::unique_ptr<BlockCompressor> make_gzip_compressor(int level, std::size_t block_size,
                                                      Noise noise);

/// Gzip at the speed of a disk, through ISA-L. Its bytes differ between CPU models.
std::unique_ptr<BlockCompressor> make_fast_gzip_compressor(std::size_t block_size);

/// Names and versions of the two libraries.
std::string gzip_library();
std::string fast_gzip_library();

}  // namespace bale::oci
