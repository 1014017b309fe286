// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <new>
#include <string>

#include <zstd.h>

#include "oci/decompressor.h"
#include "oci/error.h"

namespace bale::oci {

namespace {

/// 128 MiB, as much as `zstd -d` takes without being told: a header cannot make us take more.
constexpr int kLargestWindow = 27;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kCorrupt, "zstd: " + why);
}

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdSource final : public Source {
 public:
  explicit ZstdSource(InputBuffer& input) : input_(input), context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestWindow);
  }

  std::size_t read(MutableBytes buffer) override {
    while (true) {
      // A full output may mean that more lies ready in the decoder.
      if (input_.rest().empty() && !output_full_ && !input_.refill()) {
        if (in_frame_) refuse("it ends early");
        return 0;
      }
      if (const std::size_t got = decompress(buffer)) return got;
    }
  }

 private:
  std::size_t decompress(MutableBytes buffer) {
    const Bytes rest = input_.rest();
    ZSTD_inBuffer in{rest.data(), rest.size(), 0};
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    const std::size_t hint = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(hint) != 0) refuse(ZSTD_getErrorName(hint));
    input_.take(in.pos);
    in_frame_ = hint != 0;
    output_full_ = in_frame_ && out.pos == out.size;
    return out.pos;
  }

  InputBuffer& input_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  bool in_frame_ = false;
  bool output_full_ = false;
};

}  // namespace

std::unique_ptr<Source> make_zstd_decompressor(InputBuffer& input) {
  return std::make_unique<ZstdSource>(input);
}

}  // namespace bale::oci
