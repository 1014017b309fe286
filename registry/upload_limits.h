// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace bale::registry {

/// What one registry has shown that it takes in uploads, so that no blob learns it again.
/// Thread-safe.
class UploadLimits {
 public:
  /// Whether blobs may come in several requests.
  bool chunks() const { return chunks_; }
  void refuse_chunks() { chunks_ = false; }

  /// Whether a mount from the very repository tells if a blob is there: known of a registry that
  /// has done one, has opened an upload for what it had, or answered with an error.
  enum class SelfMounts { kUnknown, kDone, kIgnored, kRefused };
  SelfMounts self_mounts() const { return self_mounts_; }
  void note_self_mounts(SelfMounts seen) { self_mounts_ = seen; }

  /// Bytes of one request that were not too many so far; proxies have limits of their own.
  std::uint64_t largest_body() const { return largest_body_; }
  void limit_body(std::uint64_t bytes) {
    std::uint64_t before = largest_body_;
    while (bytes < before && !largest_body_.compare_exchange_weak(before, bytes)) {
    }
  }

 private:
  std::atomic<bool> chunks_ = true;
  std::atomic<SelfMounts> self_mounts_ = SelfMounts::kUnknown;
  std::atomic<std::uint64_t> largest_body_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace bale::registry
