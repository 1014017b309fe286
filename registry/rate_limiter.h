// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "registry/http_message.h"

namespace bale::registry {

/// Holds the bytes of all transfers together to a rate, both ways counted. Thread-safe.
class RateLimiter {
 public:
  /// 0: as fast as it goes.
  explicit RateLimiter(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  /// How much of a buffer to move at once: little enough that no transfer of many stands still for
  /// so long that its server, or we, take it for dead.
  std::size_t piece(std::size_t buffer) const;
  /// Books bytes that have just moved, and tells when the next may. Idle time is not saved up.
  Clock::time_point book(std::size_t bytes, Clock::time_point now);
  /// Books, and waits until then; returns early when `stop` is asked for.
  void pass(std::size_t bytes, const std::stop_token& stop);

 private:
  const std::uint64_t bytes_per_second_;
  std::mutex mutex_;
  Clock::time_point free_at_ = {};
};

}  // namespace bale::registry
