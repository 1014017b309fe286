// SPDX-License-Identifier: Apache-2.0
#include "oci/zstd_sink.h"

#include <array>
#include <new>
#include <utility>

#include <zstd.h>

#include "oci/error.h"

namespace bale::oci {

namespace {

/// What a thread is given at once: said, since the library's choice takes a third more memory.
constexpr int kJobSize = 4 << 20;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

struct ZstdSink::State {
  void set(ZSTD_cParameter parameter, int value);
  bool step(ZSTD_inBuffer& in, ZSTD_EndDirective directive);

  Sink& next;
  std::unique_ptr<ZSTD_CCtx, FreeContext> context{ZSTD_createCCtx()};
  std::uint64_t plain_size = 0;
};

void ZstdSink::State::set(ZSTD_cParameter parameter, int value) {
  const std::size_t result = ZSTD_CCtx_setParameter(context.get(), parameter, value);
  if (ZSTD_isError(result) != 0)
    throw Error(ErrorCode::kFailed, std::string("zstd: ") + ZSTD_getErrorName(result));
}

/// False where there is no more to come of what is in.
bool ZstdSink::State::step(ZSTD_inBuffer& in, ZSTD_EndDirective directive) {
  std::array<std::byte, std::size_t{64} * 1024> room;
  ZSTD_outBuffer out{room.data(), room.size(), 0};
  const std::size_t left = ZSTD_compressStream2(context.get(), &out, &in, directive);
  if (ZSTD_isError(left) != 0) {
    throw Error(ErrorCode::kFailed, std::string("zstd: ") + ZSTD_getErrorName(left));
  }
  if (out.pos > 0) next.write(Bytes(room).first(out.pos));
  return directive == ZSTD_e_end ? left > 0 : in.pos < in.size;
}

ZstdSink::ZstdSink(Sink& packed, const ZstdOptions& options) : state_(new State{.next = packed}) {
  if (!state_->context) throw std::bad_alloc();
  state_->set(ZSTD_c_compressionLevel, options.level);
  state_->set(ZSTD_c_checksumFlag, 1);
  if (options.threads > 0) {
    state_->set(ZSTD_c_nbWorkers, static_cast<int>(options.threads));
    state_->set(ZSTD_c_jobSize, kJobSize);
  }
  if (options.window_log == 0) return;
  state_->set(ZSTD_c_windowLog, options.window_log);
  state_->set(ZSTD_c_enableLongDistanceMatching, 1);
}

ZstdSink::~ZstdSink() = default;

void ZstdSink::write(Bytes bytes) {
  state_->plain_size += bytes.size();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (state_->step(in, ZSTD_e_continue)) {
  }
}

std::uint64_t ZstdSink::plain_size() const { return state_->plain_size; }

void ZstdSink::finish() {
  ZSTD_inBuffer nothing{nullptr, 0, 0};
  while (state_->step(nothing, ZSTD_e_end)) {
  }
}

}  // namespace bale::oci
