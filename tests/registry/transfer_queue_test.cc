// SPDX-License-Identifier: Apache-2.0
#include "registry/transfer_queue.h"

#include <gtest/gtest.h>

namespace bale::registry {
namespace {

using std::chrono::seconds;

class TransferQueueTest : public ::testing::Test {
 protected:
  std::shared_ptr<Transfer> push(const char* url, Clock::time_point time = {},
                                 Traffic traffic = Traffic::kSmall,
                                 std::optional<Body> body = std::nullopt) {
    Request request{
        .url = Url::parse(url), .body = std::move(body), .traffic = traffic, .not_before = time};
    auto transfer = std::make_shared<Transfer>(std::move(request), [] {});
    queue_.push(transfer);
    return transfer;
  }

  const Clock::time_point now_ = Clock::now();
  TransferQueue queue_{{.small = 2, .uploads = 1, .downloads = 1}};
};

TEST_F(TransferQueueTest, StartsWhatIsDueInTheOrderOfTime) {
  const auto later = push("http://a/", now_ - seconds(1));
  const auto sooner = push("http://a/", now_ - seconds(2));
  push("http://a/", now_ + seconds(5));
  const auto due = queue_.take_due(now_);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0], sooner);
  EXPECT_EQ(due[1], later);
}

TEST_F(TransferQueueTest, TellsWhenTheNextIsDue) {
  EXPECT_FALSE(queue_.next_due());
  push("http://a/", now_ + seconds(5));
  push("http://b/", now_ + seconds(3));
  EXPECT_EQ(queue_.next_due(), now_ + seconds(3));
}

TEST_F(TransferQueueTest, LimitsEachHostByItself) {
  const auto first = push("http://a/");
  push("http://a/");
  push("http://a/");
  push("http://b/");
  EXPECT_EQ(queue_.take_due(now_).size(), 3U);
  EXPECT_TRUE(queue_.take_due(now_).empty());
  EXPECT_FALSE(queue_.next_due());  // it is `finished` that will bring the moment
  queue_.finished(TransferQueue::slot_of(*first));
  EXPECT_EQ(queue_.take_due(now_).size(), 1U);
}

TEST_F(TransferQueueTest, CountsUploadsApartFromDownloads) {
  push("http://a/", {}, Traffic::kBulk);
  push("http://a/", {}, Traffic::kBulk, Body::of("x"));
  push("http://a/", {}, Traffic::kBulk, Body::of("y"));
  push("http://a/");
  EXPECT_EQ(queue_.take_due(now_).size(), 3U);
}

TEST_F(TransferQueueTest, HoldsAHostThatAskedForLess) {
  push("http://a/");
  push("http://b/");
  queue_.hold(Url::parse("http://a/").origin(), now_ + seconds(9));
  queue_.hold(Url::parse("http://a/").origin(), now_ + seconds(2));
  EXPECT_EQ(queue_.take_due(now_).size(), 1U);
  EXPECT_EQ(queue_.next_due(), now_ + seconds(9));
  EXPECT_EQ(queue_.take_due(now_ + seconds(9)).size(), 1U);
}

}  // namespace
}  // namespace bale::registry
