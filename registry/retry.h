// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

namespace bale::registry {

/// When a failed request is sent again.
struct RetryPolicy {
  int attempts = 5;  ///< in all, the first one included
  std::chrono::milliseconds first_delay{250};
  std::chrono::milliseconds longest_delay{20'000};
  /// A server's Retry-After is honoured up to this.
  std::chrono::milliseconds longest_retry_after{60'000};
};

/// How long to wait before attempt `next` (2 is the first repetition), or nothing where there is to
/// be no further one. Doubles from `first_delay`; `jitter` in [0, 1) spreads each delay over its
/// upper half. What the server asked for wins over the schedule.
std::optional<std::chrono::milliseconds> retry_delay(
    const RetryPolicy& policy, int next, double jitter,
    std::optional<std::chrono::milliseconds> retry_after = std::nullopt);

/// In [0, 1), for `jitter`.
double random_fraction();

/// Whether a response of this status may be different the next time.
bool is_retryable_status(int status);

}  // namespace bale::registry
