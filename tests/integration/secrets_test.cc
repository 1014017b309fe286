// SPDX-License-Identifier: Apache-2.0
// Secrets of a build are in its RUN steps and nowhere else.
#include <cstdlib>
#include <filesystem>
#include <future>
#include <random>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "oci/fd.h"
#include "tests/support/podman.h"
#include "tests/support/program_test.h"

namespace bale {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// Others in each run of the test: podman's database outlives it.
const std::string kFileSecret = "file-secret-" + std::to_string(std::random_device()());
const std::string kVariableSecret = "variable-secret-" + std::to_string(std::random_device()());

class SecretsTest : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    const auto& obstacle = test::podman_obstacle();
    if (!obstacle.empty()) GTEST_SKIP() << obstacle;
    test::make_busybox_root(context() / "root");
    test::write_text(scratch_ / "secret", kFileSecret);
    ::setenv("BALE_TEST_SECRET", kVariableSecret.c_str(), 1);
    fs::create_directory(sync());
    ASSERT_EQ(::mkfifo((sync() / "fifo").c_str(), 0666), 0);
  }
  void TearDown() override {
    ::unsetenv("BALE_TEST_SECRET");
    ProgramTest::TearDown();
  }

  fs::path sync() const { return scratch_ / "sync"; }

  /// Builds; the steps wait until `during` has been called.
  test::PeerRun build_with_secrets(const std::function<void()>& during) {
    // The layers are not compressed, so that a secret in one would be found.
    auto run = std::async(std::launch::async, [this] {
      return build(
          "FROM scratch\nCOPY root /\n"
          "RUN --mount=type=secret,id=in-file,required --mount=type=secret,id=in-env,env=TOKEN "
          "cat /sync/fifo; wc -c < /run/secrets/in-file > /length; "
          "printf '%s' \"$TOKEN\" | wc -c >> /length; cat /length\n",
          "-t app:v1 --compression none --log-level debug --progress plain --volume " +
              sync().string() + ":/sync --secret id=in-file,src=" + (scratch_ / "secret").string() +
              " --secret id=in-env,env=BALE_TEST_SECRET");
    });
    oci::UniqueFd fifo;  // can be opened when the step reads it
    while (!fifo && run.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
      fifo = oci::UniqueFd(::open((sync() / "fifo").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    }
    if (fifo) during();
    fifo.reset();
    return run.get();
  }
};

bool has_secret(const std::string& text) {
  return text.find(kFileSecret) != std::string::npos ||
         text.find(kVariableSecret) != std::string::npos;
}

/// Of all processes of the machine.
std::string command_lines() {
  std::string all;
  for (const auto& process : fs::directory_iterator("/proc")) {
    try {
      all += oci::read_file(process.path() / "cmdline", 1 << 20) + "\n";
    } catch (const std::exception&) {
      continue;  // no process, or one that has just ended
    }
  }
  return all;
}

TEST_F(SecretsTest, AreSeenByTheStepAlone) {
  std::string processes;
  const auto run = build_with_secrets([&] { processes = command_lines(); });
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("| " + std::to_string(kFileSecret.size())));
  EXPECT_THAT(run.output, HasSubstr("| " + std::to_string(kVariableSecret.size())));
  EXPECT_THAT(processes, HasSubstr("in-env,env=BALE_TEST_SECRET")) << "the build was running";
  EXPECT_FALSE(has_secret(processes));
  EXPECT_FALSE(has_secret(run.output));
  std::size_t files = 0;
  for (const auto& file : test::files_below(store())) {
    ++files;
    EXPECT_FALSE(has_secret(oci::read_file(file, 1 << 26))) << file;
  }
  EXPECT_GT(files, 5U);
}

TEST_F(SecretsTest, AreNotInTheDatabaseOfPodman) {
  ASSERT_EQ(build_with_secrets([] {}).status, 0);
  const auto info = test::run_peer("podman info --format '{{.Store.GraphRoot}}' 2>/dev/null");
  const fs::path root = info.output.substr(0, info.output.find('\n'));
  std::size_t files = 0;
  for (const auto& file : test::files_below(root / "libpod")) {
    ++files;
    EXPECT_FALSE(has_secret(oci::read_file(file, 1 << 28))) << file;
  }
  EXPECT_GT(files, 0U) << root;
}

TEST_F(SecretsTest, LeaveNoFileInTheLayer) {
  const auto run = build_with_secrets([] {});
  ASSERT_EQ(run.status, 0) << run.output;
  const auto listing = test::run_peer("cd " + (store() / "blobs/sha256").string() +
                                      " && for f in *; do tar tf $f 2>/dev/null; done; true");
  EXPECT_THAT(listing.output, HasSubstr("length"));
  EXPECT_THAT(listing.output, Not(HasSubstr("run/secrets")));
}

TEST_F(SecretsTest, DecideNothingOfTheCache) {
  ASSERT_EQ(build_with_secrets([] {}).status, 0);
  test::write_text(scratch_ / "secret", "another");
  const auto again = build_with_secrets([] {});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.output, HasSubstr("cached"));
}

TEST_F(SecretsTest, AreNamedWhereTheyAreMissing) {
  const auto run =
      build("FROM scratch\nCOPY root /\nRUN --mount=type=secret,id=key,required true\n");
  EXPECT_EQ(run.status, 2) << run.output;
  EXPECT_THAT(run.output, HasSubstr("--secret id=key,src=FILE"));
}

}  // namespace
}  // namespace bale
