// SPDX-License-Identifier: Apache-2.0
#include "registry/retry.h"

#include <gtest/gtest.h>

#include "registry/http_client.h"

namespace bale::registry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RetryDelay, DoublesUpToItsLimit) {
  const RetryPolicy policy{.attempts = 10};
  EXPECT_EQ(retry_delay(policy, 2, 1.0), milliseconds(250));
  EXPECT_EQ(retry_delay(policy, 3, 1.0), milliseconds(500));
  EXPECT_EQ(retry_delay(policy, 5, 1.0), milliseconds(2000));
  EXPECT_EQ(retry_delay(policy, 10, 1.0), policy.longest_delay);
}

TEST(RetryDelay, IsSpreadOverItsUpperHalf) {
  EXPECT_EQ(retry_delay({}, 3, 0.0), milliseconds(250));
  EXPECT_EQ(retry_delay({}, 3, 0.5), milliseconds(375));
}

TEST(RetryDelay, EndsWithTheLastAttempt) {
  EXPECT_TRUE(retry_delay({.attempts = 3}, 3, 0.5));
  EXPECT_FALSE(retry_delay({.attempts = 3}, 4, 0.5));
  EXPECT_FALSE(retry_delay({.attempts = 1}, 2, 0.5, seconds(1)));
}

TEST(RetryDelay, IsWhatTheServerAskedForWithinReason) {
  EXPECT_EQ(retry_delay({}, 2, 0.5, seconds(7)), seconds(7));
  EXPECT_EQ(retry_delay({}, 2, 0.5, seconds(86'400)), seconds(60));
}

TEST(RetryAfter, IsSecondsOrADate) {
  const auto now = std::chrono::system_clock::from_time_t(784'111'777);  // 06 Nov 1994 08:49:37
  EXPECT_EQ(retry_after({{"Retry-After", "120"}}, now), seconds(120));
  EXPECT_EQ(retry_after({{"Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"}}, now), seconds(60));
  EXPECT_EQ(retry_after({{"Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"}}, now), seconds(0));
  EXPECT_EQ(retry_after({{"Retry-After", "soon"}}, now), std::nullopt);
  EXPECT_EQ(retry_after({{"Retry-After", "99999999999999999999"}}, now), std::nullopt);
  EXPECT_EQ(retry_after({}, now), std::nullopt);
}

TEST(RetryableStatus, IsOneThatMayPass) {
  for (const int status : {408, 429, 500, 502, 503, 504}) EXPECT_TRUE(is_retryable_status(status));
  for (const int status : {200, 400, 401, 403, 404, 413, 501}) {
    EXPECT_FALSE(is_retryable_status(status)) << status;
  }
}

}  // namespace
}  // namespace bale::registry
