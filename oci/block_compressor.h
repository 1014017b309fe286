// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "oci/bytes.h"
#include "oci/layer_options.h"
#include "oci/zstd_stream.h"

namespace bale::oci {

/// Compresses a stream cut into blocks, each alone: what it makes of the blocks, one after another,
/// is the compressed stream (members of RFC 1952, 2.2, or frames of RFC 8878, 3.1). The outcome
/// therefore does not depend on the number of threads. Thread-safe.
class BlockCompressor {
 public:
  virtual ~BlockCompressor() = default;

  /// The stream is cut at multiples of this.
  virtual std::size_t block_size() const = 0;
  /// The room that any block may need.
  virtual std::size_t bound() const = 0;
  /// Packs a block of at most `block_size` bytes into `room` of `bound` bytes, or a stretch of one
  /// into what the stretches before it have left. The answer lies in either of the two.
  virtual Bytes compress(Bytes block, MutableBytes room) = 0;
  /// What the packed blocks go through together on their way to `packed`, where later ones refer to
  /// earlier ones; for most compressors nothing.
  virtual std::unique_ptr<ZstdStream> join([[maybe_unused]] Sink& packed,
                                           [[maybe_unused]] std::size_t threads) {
    return nullptr;
  }

 protected:
  BlockCompressor() = default;
  BlockCompressor(const BlockCompressor&) = default;
  BlockCompressor& operator=(const BlockCompressor&) = default;
};

/// The compressor for these options. Throws kInvalid for a level that the codec does not have.
std::unique_ptr<BlockCompressor> make_block_compressor(const LayerOptions& options);

/// Name, version, level and block size of that compressor: what belongs to a cache key, since
/// another library may pack the same tar into other bytes.
std::string compressor_id(const LayerOptions& options);

}  // namespace bale::oci
