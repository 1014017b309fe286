// SPDX-License-Identifier: Apache-2.0
#include "registry/retry.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace bale::registry {

std::optional<std::chrono::milliseconds> retry_delay(
    const RetryPolicy& policy, int next, double jitter,
    std::optional<std::chrono::milliseconds> retry_after) {
  if (next > policy.attempts) return std::nullopt;
  if (retry_after) return std::min(*retry_after, policy.longest_retry_after);
  const double doubled = std::ldexp(static_cast<double>(policy.first_delay.count()), next - 2);
  const double capped = std::min(doubled, static_cast<double>(policy.longest_delay.count()));
  return std::chrono::milliseconds(std::lround(capped * (0.5 + jitter / 2)));
}

double random_fraction() {
  thread_local std::mt19937 generator(std::random_device{}());
  return std::uniform_real_distribution<double>()(generator);
}

bool is_retryable_status(int status) {
  switch (status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
}

}  // namespace bale::registry
