// SPDX-License-Identifier: Apache-2.0
#include "oci/gzip_compressor.h"

#include <utility>

#include <libdeflate.h>

#include "oci/error.h"
#include "oci/free_list.h"

namespace bale::oci {

namespace {

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};

class GzipCompressor final : public BlockCompressor {
 public:
  GzipCompressor(int level, std::size_t block_size)
      : level_(level),
        block_size_(block_size),
        bound_(libdeflate_gzip_compress_bound(nullptr, block_size)) {}

  std::size_t block_size() const override { return block_size_; }
  std::size_t bound() const override { return bound_; }

  Bytes compress(Bytes block, MutableBytes room) override {
    auto compressor = compressors_.take([this] { return make(); });
    const std::size_t size = libdeflate_gzip_compress(compressor.get(), block.data(), block.size(),
                                                      room.data(), room.size());
    compressors_.give(std::move(compressor));
    if (size == 0) throw Error(ErrorCode::kFailed, "libdeflate: a block does not fit its bound");
    return room.first(size);
  }

 private:
  using Compressors = FreeList<libdeflate_compressor, FreeCompressor>;

  Compressors::Pointer make() const {
    Compressors::Pointer compressor(libdeflate_alloc_compressor(level_));
    if (!compressor) throw std::bad_alloc();
    return compressor;
  }

  int level_;
  std::size_t block_size_;
  std::size_t bound_;
  Compressors compressors_;
};

}  // namespace

std::unique_ptr<BlockCompressor> make_gzip_compressor(int level, std::size_t block_size) {
  return std::make_unique<GzipCompressor>(level, block_size);
}

std::string gzip_library() { return std::string("libdeflate-") + LIBDEFLATE_VERSION_STRING; }

}  // namespace bale::oci
