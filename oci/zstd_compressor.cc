// SPDX-License-Identifier: Apache-2.0
#include "oci/zstd_compressor.h"

#include <cstring>
#include <new>
#include <utility>

#include <zstd.h>

#include "oci/error.h"
#include "oci/free_list.h"
#include "oci/unpack_limits.h"

namespace bale::oci {

namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

/// A short stretch needs up to 64 bytes more than a 256th of its size.
std::size_t bound_of(std::size_t block_size, ZstdFrames frames) {
  const std::size_t stretches = frames == ZstdFrames::kFiles ? block_size / 1024 * 2 + 2 : 0;
  return ZSTD_compressBound(block_size) + stretches * 64;
}

/// Adds a skippable frame of zeros where `packed` bytes are less than a thousandth of `plain`.
/// Returns the size with it.
std::size_t filled_up(std::size_t plain, std::size_t packed, MutableBytes room) {
  constexpr std::size_t kHeader = 8;
  const std::size_t least = plain / UnpackLimits::kRatio;
  if (packed >= least) return packed;
  const std::size_t content = least - packed > kHeader ? least - packed - kHeader : 0;
  std::byte* frame = room.data() + packed;
  const std::uint32_t fields[] = {ZSTD_MAGIC_SKIPPABLE_START, static_cast<std::uint32_t>(content)};
  for (std::size_t i = 0; i < kHeader; ++i) {
    frame[i] = static_cast<std::byte>(fields[i / 4] >> 8U * (i % 4) & 0xFFU);
  }
  std::memset(frame + kHeader, 0, content);
  return packed + kHeader + content;
}

class ZstdCompressor final : public BlockCompressor {
 public:
  ZstdCompressor(int level, std::size_t block_size, ZstdFrames frames)
      : level_(level), block_size_(block_size), bound_(bound_of(block_size, frames)) {}

  std::size_t block_size() const override { return block_size_; }
  std::size_t bound() const override { return bound_; }

  Bytes compress(Bytes block, MutableBytes room) override {
    auto context = contexts_.take([this] { return make(); });
    const std::size_t size =
        ZSTD_compress2(context.get(), room.data(), room.size(), block.data(), block.size());
    contexts_.give(std::move(context));
    if (ZSTD_isError(size) != 0) {
      throw Error(ErrorCode::kFailed, std::string("zstd: ") + ZSTD_getErrorName(size));
    }
    return room.first(filled_up(block.size(), size, room));
  }

 private:
  using Contexts = FreeList<ZSTD_CCtx, FreeContext>;

  Contexts::Pointer make() const {
    Contexts::Pointer context(ZSTD_createCCtx());
    if (!context) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level_);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    return context;
  }

  int level_;
  std::size_t block_size_;
  std::size_t bound_;
  Contexts contexts_;
};

}  // namespace

std::unique_ptr<BlockCompressor> make_zstd_compressor(int level, std::size_t block_size,
                                                      ZstdFrames frames) {
  return std::make_unique<ZstdCompressor>(level, block_size, frames);
}

std::string zstd_library() { return std::string("zstd-") + ZSTD_versionString(); }

}  // namespace bale::oci
