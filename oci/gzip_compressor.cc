// SPDX-License-Identifier: Apache-2.0
#include "oci/gzip_compressor.h"

#include <utility>

#include <libdeflate.h>

#include "oci/error.h"
#include "oci/free_list.h"
#include "oci/noise.h"

namespace bale::oci {

namespace {

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};

class GzipCompressor final : public BlockCompressor {
 public:
  GzipCompressor(int level, std::size_t block_size, Noise noise)
      : level_(level),
        noise_(noise),
        block_size_(block_size),
        bound_(bound_of(block_size) + most_stretches(block_size) * bound_of(0)) {}

  std::size_t block_size() const override { return block_size_; }
  std::size_t bound() const override { return bound_; }

  Bytes compress(Bytes block, MutableBytes room) override {
    if (noise_ == Noise::kCompress) return room.first(pack(packers_, level_, block, room));
    std::size_t used = 0;
    for (const Stretch& stretch : find_noise(block)) {
      const Bytes bytes = block.first(stretch.size);
      const MutableBytes rest = room.subspan(used);
      used += stretch.is_noise ? pack(storers_, kStored, bytes, rest)
                               : pack(packers_, level_, bytes, rest);
      block = block.subspan(stretch.size);
    }
    return room.first(used);
  }

 private:
  using Compressors = FreeList<libdeflate_compressor, FreeCompressor>;
  static constexpr int kStored = 0;

  static std::size_t bound_of(std::size_t size) {
    return libdeflate_gzip_compress_bound(nullptr, size);
  }

  /// One member.
  static std::size_t pack(Compressors& compressors, int level, Bytes bytes, MutableBytes room) {
    auto compressor = compressors.take([level] {
      Compressors::Pointer made(libdeflate_alloc_compressor(level));
      if (!made) throw std::bad_alloc();
      return made;
    });
    const std::size_t size = libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(),
                                                      room.data(), room.size());
    compressors.give(std::move(compressor));
    if (size == 0) throw Error(ErrorCode::kFailed, "libdeflate: a block does not fit its bound");
    return size;
  }

  int level_;
  Noise noise_;
  std::size_t block_size_;
  std::size_t bound_;
  Compressors packers_;
  Compressors storers_;
};

}  // namespace

std::unique_ptr<BlockCompressor> make_gzip_compressor(int level, std::size_t block_size,
                                                      Noise noise) {
  return std::make_unique<GzipCompressor>(level, block_size, noise);
}

std::string gzip_library() { return std::string("libdeflate-") + LIBDEFLATE_VERSION_STRING; }

}  // namespace bale::oci
