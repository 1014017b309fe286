// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <isa-l.h>

#include "oci/decompressor.h"
#include "oci/error.h"

namespace bale::oci {

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kCorrupt, "gzip: " + why);
}

void check(int status) {
  switch (status) {
    case ISAL_DECOMP_OK:
      return;
    case ISAL_INCORRECT_CHECKSUM:
      refuse("checksum or length differ from the content's");
    case ISAL_INVALID_WRAPPER:
      refuse("bytes follow that are no member");
    case ISAL_UNSUPPORTED_METHOD:
      refuse("unknown compression method");
    default:
      refuse("broken deflate data");
  }
}

class GzipSource final : public Source {
 public:
  explicit GzipSource(InputBuffer& input) : input_(input) { isal_inflate_init(&state_); }

  std::size_t read(MutableBytes buffer) override {
    while (true) {
      // A full output may mean that more lies ready in the decoder.
      if (input_.rest().empty() && !output_full_ && !input_.refill()) {
        if (in_member_) refuse("it ends early");
        return 0;
      }
      if (const std::size_t got = inflate(buffer)) return got;
    }
  }

 private:
  std::size_t inflate(MutableBytes buffer) {
    const Bytes in = input_.rest();
    state_.crc_flag = ISAL_GZIP;
    // The library declares its input without const, and only reads it.
    state_.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(in.data()));
    state_.avail_in = static_cast<std::uint32_t>(in.size());
    state_.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    state_.avail_out = static_cast<std::uint32_t>(std::min(buffer.size(), kChunkSize));
    const std::uint32_t room = state_.avail_out;
    in_member_ = true;
    check(isal_inflate(&state_));
    input_.take(in.size() - state_.avail_in);
    const std::size_t got = room - state_.avail_out;
    output_full_ = state_.avail_out == 0;
    if (state_.block_state == ISAL_BLOCK_FINISH) end_member();
    return got;
  }

  void end_member() {
    isal_inflate_reset(&state_);
    in_member_ = false;
    output_full_ = false;
  }

  InputBuffer& input_;
  inflate_state state_;
  bool in_member_ = false;
  bool output_full_ = false;
};

}  // namespace

std::unique_ptr<Source> make_gzip_decompressor(InputBuffer& input) {
  return std::make_unique<GzipSource>(input);
}

}  // namespace bale::oci
