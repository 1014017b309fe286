// SPDX-License-Identifier: Apache-2.0
#include "oci/zstd_sink.h"

#include <array>
#include <new>
#include <utility>

#include <zstd.h>

#include "oci/error.h"

namespace bale::oci {

namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

struct ZstdSink::State {
  bool step(ZSTD_inBuffer& in, ZSTD_EndDirective directive);

  std::unique_ptr<ZSTD_CCtx, FreeContext> context{ZSTD_createCCtx()};
  std::string packed;
  std::uint64_t plain_size = 0;
};

/// False where there is no more to come of what is in.
bool ZstdSink::State::step(ZSTD_inBuffer& in, ZSTD_EndDirective directive) {
  std::array<char, std::size_t{64} * 1024> room;
  ZSTD_outBuffer out{room.data(), room.size(), 0};
  const std::size_t left = ZSTD_compressStream2(context.get(), &out, &in, directive);
  if (ZSTD_isError(left) != 0) {
    throw Error(ErrorCode::kFailed, std::string("zstd: ") + ZSTD_getErrorName(left));
  }
  packed.append(room.data(), out.pos);
  return directive == ZSTD_e_end ? left > 0 : in.pos < in.size;
}

ZstdSink::ZstdSink(int level) : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_checksumFlag, 1);
}

ZstdSink::~ZstdSink() = default;

void ZstdSink::write(Bytes bytes) {
  state_->plain_size += bytes.size();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (state_->step(in, ZSTD_e_continue)) {
  }
}

std::uint64_t ZstdSink::plain_size() const { return state_->plain_size; }

std::string ZstdSink::finish() {
  ZSTD_inBuffer nothing{nullptr, 0, 0};
  while (state_->step(nothing, ZSTD_e_end)) {
  }
  return std::move(state_->packed);
}

}  // namespace bale::oci
