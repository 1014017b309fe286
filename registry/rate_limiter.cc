// SPDX-License-Identifier: Apache-2.0
#include "registry/rate_limiter.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>

namespace bale::registry {

std::size_t RateLimiter::piece(std::size_t buffer) const {
  constexpr std::uint64_t kPiecesASecond = 16;
  if (bytes_per_second_ == 0) return buffer;
  const std::uint64_t piece = std::max<std::uint64_t>(bytes_per_second_ / kPiecesASecond, 1);
  return std::min<std::uint64_t>(buffer, piece);
}

Clock::time_point RateLimiter::book(std::size_t bytes, Clock::time_point now) {
  if (bytes_per_second_ == 0) return now;
  const std::chrono::duration<double> takes(static_cast<double>(bytes) /
                                            static_cast<double>(bytes_per_second_));
  const std::lock_guard lock(mutex_);
  free_at_ = std::max(free_at_, now) + std::chrono::duration_cast<Clock::duration>(takes);
  return free_at_;
}

void RateLimiter::pass(std::size_t bytes, const std::stop_token& stop) {
  const Clock::time_point now = Clock::now();
  const Clock::time_point until = book(bytes, now);
  if (until <= now) return;
  std::mutex nobody_else;
  std::unique_lock lock(nobody_else);
  std::condition_variable_any never;
  never.wait_until(lock, stop, until, [] { return false; });
}

}  // namespace bale::registry
