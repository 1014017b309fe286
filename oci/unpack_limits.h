// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bale::oci {

/// How much something packed may unpack to, in bytes: `most` in any case, and past 64 MiB a
/// thousand times its packed size. What has a few kilobytes cannot fill a disk.
struct UnpackLimits {
  static constexpr std::uint64_t kFree = std::uint64_t{64} << 20;
  static constexpr std::uint64_t kRatio = 1000;
  std::uint64_t most = std::uint64_t{1} << 40;

  std::uint64_t for_blob(std::uint64_t size) const;
};

}  // namespace bale::oci
