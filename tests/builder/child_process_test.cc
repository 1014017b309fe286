// SPDX-License-Identifier: Apache-2.0
#include "builder/child_process.h"

#include <chrono>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::builder {
namespace {

using namespace std::chrono_literals;

CommandResult shell(const std::string& script, std::vector<std::string> env = {}) {
  return run_command({{"/bin/sh", "-c", script}, std::move(env)}, 30s);
}

TEST(ChildProcess, DeliversBothStreamsInTheOrderTheyWereWritten) {
  const auto result = shell("echo one; echo two >&2; echo three; exit 7");
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.lines, (std::vector<std::string>{"one", "two", "three"}));
}

TEST(ChildProcess, DeliversALargeOutputWhole) {
  const auto result = shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
  ASSERT_EQ(result.lines.size(), 20000U);
  EXPECT_EQ(result.lines.back(), "line 19999");
}

TEST(ChildProcess, ReadsNothingFromStandardInput) {
  EXPECT_EQ(shell("cat; echo end").lines, std::vector<std::string>{"end"});
}

TEST(ChildProcess, AddsToTheEnvironmentAndReplacesInIt) {
  ::setenv("BALE_TEST_A", "outer", 1);
  const auto result = shell("echo $BALE_TEST_A-$BALE_TEST_B", {"BALE_TEST_A=a", "BALE_TEST_B=b c"});
  ::unsetenv("BALE_TEST_A");
  EXPECT_EQ(result.lines, std::vector<std::string>{"a-b c"});
}

TEST(ChildProcess, ReportsASignal) { EXPECT_EQ(shell("kill -9 $$").exit_code, 128 + SIGKILL); }

TEST(ChildProcess, SaysThatThereIsNoSuchProgram) {
  try {
    run_command({{"/nowhere/program"}}, 1s);
    FAIL() << "started";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kNotFound);
    EXPECT_STREQ(error.what(), "starting /nowhere/program: No such file or directory");
  }
}

TEST(ChildProcess, DoesNotWaitForAGrandchildThatHoldsThePipe) {
  const auto result = shell("sleep 60 & echo $!");
  EXPECT_EQ(result.exit_code, 0);
  ASSERT_EQ(result.lines.size(), 1U);
  ::kill(std::stoi(result.lines[0]), SIGKILL);
}

TEST(ChildProcess, WakesFromAnotherThread) {
  ChildProcess child({{"/bin/sh", "-c", "exec sleep 60"}}, [](std::string_view) {});
  std::thread waker([&] { child.wake(); });
  EXPECT_EQ(child.poll(60s), std::nullopt);
  waker.join();
}

TEST(ChildProcess, IsKilledWithItsOwner) {
  std::string pid;
  {
    ChildProcess child({{"/bin/sh", "-c", "echo $$; exec sleep 60"}},
                       [&](std::string_view line) { pid = line; });
    while (pid.empty()) child.poll(60s);
  }
  EXPECT_EQ(::kill(std::stoi(pid), 0), -1);
}

TEST(RunCommand, GivesUpAfterItsLimit) {
  EXPECT_THROW(run_command({{"/bin/sh", "-c", "exec sleep 60"}}, 50ms), oci::Error);
}

}  // namespace
}  // namespace bale::builder
