// SPDX-License-Identifier: Apache-2.0
#include "oci/pipe_source.h"

#include <array>
#include <future>
#include <stop_token>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

class PipeSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read_end_ = UniqueFd(ends[0]);
    write_end_ = UniqueFd(ends[1]);
  }
  void send(const std::string& text) const {
    ASSERT_EQ(::write(write_end_.get(), text.data(), text.size()), ssize_t(text.size()));
  }

  UniqueFd read_end_;
  UniqueFd write_end_;
  std::stop_source stop_;
};

TEST_F(PipeSourceTest, GivesWhatComesUntilTheOtherSideCloses) {
  PipeSource source(std::move(read_end_), {});
  send("one");
  std::array<std::byte, 100> buffer{};
  EXPECT_EQ(source.read(buffer), 3U);
  send("four");
  write_end_.reset();
  EXPECT_EQ(read_all(source, 100), "four");
}

TEST_F(PipeSourceTest, EndsWhereItIsStoppedWhileNothingComes) {
  PipeSource source(std::move(read_end_), stop_.get_token());
  send("one");
  auto ending = std::async(std::launch::async, [&] {
    try {
      read_all(source, 100);
      return ErrorCode::kFailed;
    } catch (const Error& error) {
      return error.code();
    }
  });
  stop_.request_stop();
  EXPECT_EQ(ending.get(), ErrorCode::kInterrupted);
}

TEST_F(PipeSourceTest, GivesNothingOnceItIsStopped) {
  stop_.request_stop();
  PipeSource source(std::move(read_end_), stop_.get_token());
  send("one");
  EXPECT_THROW(read_all(source, 100), Error);
}

}  // namespace
}  // namespace bale::oci
