// SPDX-License-Identifier: Apache-2.0
#include "oci/zstd_stream.h"

#include <algorithm>
#include <string>

#include "oci/skippable_frame.h"
#include "oci/unpack_limits.h"

namespace bale::oci {

namespace {

constexpr int kWindowLog = 24;                                // 16 MiB
constexpr std::size_t kMostThreads = 4;                       // each takes 25 MiB
constexpr std::uint64_t kMostZeros = std::uint64_t{1} << 20;  // in one frame

}  // namespace

ZstdStream::ZstdStream(Sink& packed, int level, std::size_t threads)
    : packed_(packed),
      frame_(packed_, {level, kWindowLog, std::clamp<std::size_t>(threads, 1, kMostThreads)}) {}

void ZstdStream::write(Bytes plain) { frame_.write(plain); }

ZstdStream::Packed ZstdStream::finish() {
  frame_.finish();
  const std::uint64_t least = frame_.plain_size() / UnpackLimits::kRatio;
  while (packed_.size() < least) {
    const std::uint64_t zeros = std::min(kMostZeros, least - packed_.size());
    packed_.write(as_bytes(skippable_frame(std::string(zeros, '\0'))));
  }
  const std::uint64_t size = packed_.size();
  return {packed_.finish(), size};
}

}  // namespace bale::oci
