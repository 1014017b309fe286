// SPDX-License-Identifier: Apache-2.0
#include "registry/rate_limiter.h"

#include <memory>

#include <gtest/gtest.h>

namespace bale::registry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RateLimiter, SpreadsBytesOverTheTimeThatTheyMayTake) {
  RateLimiter limiter(1000);
  const Clock::time_point now = Clock::now();
  EXPECT_EQ(limiter.book(500, now), now + milliseconds(500));
  EXPECT_EQ(limiter.book(1000, now), now + milliseconds(1500));
}

TEST(RateLimiter, DoesNotSaveIdleTimeUp) {
  RateLimiter limiter(1000);
  const Clock::time_point now = Clock::now();
  limiter.book(10, now);
  EXPECT_EQ(limiter.book(1000, now + seconds(100)), now + seconds(101));
}

TEST(RateLimiter, HoldsNobodyWithoutARate) {
  RateLimiter limiter(0);
  const Clock::time_point now = Clock::now();
  EXPECT_EQ(limiter.book(1'000'000'000, now), now);
}

TEST(RateLimiter, MovesPiecesThatTakeAFractionOfASecond) {
  EXPECT_EQ(RateLimiter(1600).piece(4096), 100U);
  EXPECT_EQ(RateLimiter(1'000'000).piece(4096), 4096U);
  EXPECT_EQ(RateLimiter(1).piece(4096), 1U);
  EXPECT_EQ(RateLimiter(0).piece(4096), 4096U);
}

TEST(RateLimiter, LetsWhoeverIsStoppedGo) {
  RateLimiter limiter(1);
  const auto stop = std::make_unique<std::stop_source>();
  stop->request_stop();
  limiter.pass(1'000'000, stop->get_token());  // returns
}

}  // namespace
}  // namespace bale::registry
