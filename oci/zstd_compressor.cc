// SPDX-License-Identifier: Apache-2.0
#include "oci/zstd_compressor.h"

#include <new>
#include <utility>

#include <zstd.h>

#include "oci/error.h"
#include "oci/free_list.h"

namespace bale::oci {

namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

class ZstdCompressor final : public BlockCompressor {
 public:
  ZstdCompressor(int level, std::size_t block_size)
      : level_(level), block_size_(block_size), bound_(ZSTD_compressBound(block_size)) {}

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
    return room.first(size);
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

std::unique_ptr<BlockCompressor> make_zstd_compressor(int level, std::size_t block_size) {
  return std::make_unique<ZstdCompressor>(level, block_size);
}

std::string zstd_library() { return std::string("zstd-") + ZSTD_versionString(); }

}  // namespace bale::oci
