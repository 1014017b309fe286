// SPDX-License-Identifier: Apache-2.0
#include "builder/podman_executor.h"

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "builder/child_process.h"
#include "builder/overlay_diff.h"
#include "builder/overlay_mount.h"
#include "builder/run_folder.h"
#include "builder/stub_layer.h"
#include "oci/error.h"
#include "oci/new_file.h"
#include "tests/support/podman.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

/// A real podman in an overlay over a root filesystem with busybox.
class PodmanExecutorTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto& obstacle = test::podman_obstacle();
    if (!obstacle.empty()) GTEST_SKIP() << obstacle;
    test::make_busybox_root(layer());
    request_.env = {"PATH=/bin"};
  }

  fs::path layer() const { return scratch_ / "layer"; }

  RunOutcome run(std::vector<std::string> argv) {
    const RunFolder folder(scratch_ / "runs");
    const OverlayMount base(folder.base(), {{layer(), folder.empty()}}, folder.links());
    request_.name = folder.name();
    request_.argv = std::move(argv);
    request_.root = folder.merged();
    request_.scratch = folder.scratch();
    make_stub_layer(folder.stub(), folder.base(), request_);
    RunOutcome outcome;
    {
      const OverlayMount merged(folder.merged(),
                                {{layer(), folder.stub()}, folder.upper(), folder.work()},
                                folder.links());
      outcome = podman_.run(request_, events_, stop_.get_token());
    }
    visit_changes({folder.upper(), folder.base(), folder.stub()},
                  [this](oci::TarEntry entry, const fs::path&) { changes_.push_back(entry.path); });
    return outcome;
  }
  RunOutcome shell(const std::string& script) { return run({"/bin/sh", "-c", script}); }

  /// Those of `run` that are still there.
  Lines containers() const {
    return run_command({{"podman", "ps", "--all", "--quiet", "--filter=name=" + request_.name}},
                       30s)
        .lines;
  }

  test::ScratchFolder scratch_;
  PodmanExecutor podman_;
  RunRequest request_;
  std::stop_source stop_;
  Lines output_;
  Lines changes_;
  std::function<void(std::string_view)> on_line_ = [](std::string_view) {};
  RunEvents events_ = {[this](std::string_view line) {
                         output_.emplace_back(line);
                         on_line_(line);
                       },
                       [](std::chrono::seconds) {}};
};

TEST_F(PodmanExecutorTest, CanRunHere) { EXPECT_NO_THROW(podman_.check(oci::Platform::host())); }

TEST_F(PodmanExecutorTest, LeavesNothingBehind) {
  EXPECT_EQ(run({"/bin/true"}).exit_code, 0);
  EXPECT_EQ(changes_, Lines{});
}

TEST_F(PodmanExecutorTest, LeavesNothingBehindInAnEmptyRoot) {
  fs::remove_all(layer());
  fs::create_directory(layer());
  fs::copy_file("/bin/busybox", layer() / "busybox");
  EXPECT_EQ(run({"/busybox", "true"}).exit_code, 0);
  EXPECT_EQ(changes_, Lines{});
}

TEST_F(PodmanExecutorTest, StreamsTheOutputInOrder) {
  EXPECT_EQ(shell("echo one; echo two >&2; printf three").exit_code, 0);
  EXPECT_EQ(output_, (Lines{"one", "two", "three"}));
}

TEST_F(PodmanExecutorTest, PassesExitCodesThrough) {
  for (const int code : {1, 2, 125, 126, 127, 200}) {
    EXPECT_EQ(shell("exit " + std::to_string(code)).exit_code, code);
  }
  EXPECT_EQ(shell("kill -9 $$").exit_code == 0, true);  // a first process ignores its own signals
  EXPECT_EQ(shell("sh -c 'kill -9 $$'; exit $?").exit_code, 137);
}

TEST_F(PodmanExecutorTest, KeepsTheLastLinesOfTheOutput) {
  const auto outcome =
      shell("i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; exit 3");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.last_output.substr(0, 8), "line 80\n");
  EXPECT_TRUE(outcome.last_output.ends_with("\nline 99"));
}

TEST_F(PodmanExecutorTest, TellsACommandThatIsNotThereFromOneThatFails) {
  try {
    run({"/bin/nothere"});
    FAIL() << "ran";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kStepFailed);
    EXPECT_NE(std::string(error.what()).find("/bin/nothere"), std::string::npos) << error.what();
  }
  EXPECT_EQ(shell("/bin/nothere").exit_code, 127);
}

TEST_F(PodmanExecutorTest, SaysThatAUserIsUnknown) {
  request_.user = "nobody-here";
  try {
    run({"/bin/true"});
    FAIL() << "ran";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kStepFailed);
    EXPECT_NE(std::string(error.what()).find("nobody-here"), std::string::npos) << error.what();
  }
}

TEST_F(PodmanExecutorTest, NamesContainersConfWherePodmanRefuses) {
  request_.options = {"--runtime=/nowhere/runtime"};
  try {
    run({"/bin/true"});
    FAIL() << "ran";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
    EXPECT_NE(error.hint().find("containers.conf"), std::string::npos);
  }
}

TEST_F(PodmanExecutorTest, SaysThatAProgramIsForAnotherMachine) {
  std::ofstream(layer() / "bin/broken") << "\x7f"
                                           "ELF, not really";
  fs::permissions(layer() / "bin/broken", fs::perms(0755));
  try {
    const auto outcome = run({"/bin/broken"});
    FAIL() << "ran: " << outcome.exit_code << outcome.last_output;
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
    EXPECT_NE(std::string(error.what()).find("another machine"), std::string::npos) << error.what();
  }
}

TEST_F(PodmanExecutorTest, GivesTheCommandItsEnvironmentAndNoMore) {
  request_.env = {"PATH=/bin", "LINES=one\ntwo \"3\" $x", "EMPTY="};
  ::setenv("http_proxy", "http://proxy:3128", 1);
  shell("printf '%s|' \"$LINES\" \"${EMPTY-unset}\" \"${http_proxy-none}\"");
  ::unsetenv("http_proxy");
  EXPECT_EQ(output_, (Lines{"one", "two \"3\" $x||none|"}));
}

TEST_F(PodmanExecutorTest, HandsSecretsOverWithoutShowingThem) {
  request_.secret_env = {"TOKEN=hunter2"};
  shell("echo $TOKEN");
  EXPECT_EQ(output_, Lines{"hunter2"});
}

TEST_F(PodmanExecutorTest, RunsAsTheUserWithItsGroups) {
  request_.user = "app";
  request_.cwd = "/home/app";
  shell("id -u; id -g; id -G; pwd; echo $HOME");
  EXPECT_EQ(output_, (Lines{"1000", "1001", "1001 1002", "/home/app", "/home/app"}));
  EXPECT_EQ(changes_, Lines{});
}

TEST_F(PodmanExecutorTest, LeavesUsersOfTheImageAloneWithANumber) {
  request_.user = "4321:8765";
  shell("id -u; id -g");
  EXPECT_EQ(output_, (Lines{"4321", "8765"}));
  EXPECT_EQ(changes_, Lines{});
}

TEST_F(PodmanExecutorTest, SeesWhatTheCommandMakesChangesAndRemoves) {
  fs::create_directories(layer() / "srv/old");
  std::ofstream(layer() / "srv/old/file") << "x";
  std::ofstream(layer() / "srv/file") << "x";
  shell("echo y > /srv/new; echo y >> /srv/file; rm -r /srv/old; mkdir /srv/old");
  EXPECT_EQ(changes_, (Lines{"srv", "srv/file", "srv/new", "srv/old", "srv/old/.wh..wh..opq"}));
}

TEST_F(PodmanExecutorTest, HasHostsAndResolverWithANetwork) {
  shell("cat /etc/hosts; cat /etc/hostname");
  EXPECT_FALSE(output_.empty());
  EXPECT_EQ(output_.back(), "buildkitsandbox");
  EXPECT_EQ(changes_, Lines{});
}

TEST_F(PodmanExecutorTest, LetsAStepWithoutANetworkChangeTheImagesOwnHosts) {
  std::ofstream(layer() / "etc/hosts") << "10.0.0.1 db\n";
  request_.network = "none";
  shell("cat /etc/hosts; echo 10.0.0.2 cache >> /etc/hosts");
  EXPECT_EQ(output_, Lines{"10.0.0.1 db"});
  EXPECT_EQ(changes_, Lines{"etc/hosts"});
}

TEST_F(PodmanExecutorTest, MountsFilesAndFoldersForTheRunOnly) {
  std::ofstream(scratch_ / "secret") << "hunter2";
  fs::create_directory(scratch_ / "cache");
  request_.mounts = {
      {HostMount::Kind::kBind, scratch_ / "secret", "/run/secrets/token", Access::kReadOnly, {}},
      {HostMount::Kind::kBind, scratch_ / "cache", "/var/cache/x", Access::kReadWrite, {}},
      {HostMount::Kind::kTmpfs, "", "/scratch", Access::kReadWrite, 1 << 20}};
  shell(
      "cat /run/secrets/token; echo; echo y > /var/cache/x/file; echo z > /scratch/file; "
      "echo no > /run/secrets/token || echo refused");
  ASSERT_FALSE(output_.empty());
  EXPECT_EQ(output_.front(), "hunter2");
  EXPECT_EQ(output_.back(), "refused");
  EXPECT_TRUE(fs::exists(scratch_ / "cache/file"));
  EXPECT_EQ(changes_, Lines{});
}

TEST_F(PodmanExecutorTest, EndsACommandThatTakesTooLong) {
  request_.timeout = 500ms;
  const auto outcome = shell("echo started; trap '' TERM INT; while true; do sleep 1; done");
  EXPECT_EQ(outcome.end, RunOutcome::End::kTimedOut);
  EXPECT_EQ(containers(), Lines{});
}

TEST_F(PodmanExecutorTest, EndsACommandAtOnceWhenItIsStopped) {
  on_line_ = [&](std::string_view) { stop_.request_stop(); };
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = shell("echo started; trap '' TERM INT; while true; do sleep 1; done");
  EXPECT_EQ(outcome.end, RunOutcome::End::kInterrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
  EXPECT_EQ(containers(), Lines{});
}

TEST_F(PodmanExecutorTest, StopsBeforePodmanHasMadeTheContainer) {
  stop_.request_stop();
  EXPECT_EQ(shell("sleep 60").end, RunOutcome::End::kInterrupted);
  EXPECT_EQ(containers(), Lines{});
}

TEST_F(PodmanExecutorTest, EndsWhatADeadProcessLeftRunning) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    on_line_ = [&](std::string_view) {
      [[maybe_unused]] const auto put = ::write(ready[1], "x", 1);
    };
    shell("echo started; exec sleep 600");
    ::_exit(0);
  }
  char started = 0;
  ASSERT_EQ(::read(ready[0], &started, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  request_.name = fs::directory_iterator(scratch_ / "runs")->path().filename();
  EXPECT_EQ(containers().size(), 1U);
  remove_abandoned_runs(scratch_ / "runs",
                        [this](const fs::path& scratch) { podman_.clean_up(scratch); });
  EXPECT_EQ(containers(), Lines{});
  EXPECT_TRUE(fs::is_empty(scratch_ / "runs"));
}

TEST(PodmanExecutorWithout, SaysWhatToDoWithoutPodman) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root";
  try {
    PodmanExecutor("/nowhere/podman").check(oci::Platform::host());
    FAIL() << "found it";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
    EXPECT_NE(error.hint().find("--podman"), std::string::npos);
  }
}

/// Stands in for podman: says `output` to `podman run`, and ends with `code`.
oci::Error failure_with(const std::string& output, int code) {
  const test::ScratchFolder folder;
  oci::write_file_atomically(
      folder / "podman", "#!/bin/sh\necho '" + output + "'\nexit " + std::to_string(code) + "\n",
      0755);
  RunRequest request;
  request.name = "bale-test";
  request.scratch = folder.path();
  request.argv = {"true"};
  const std::stop_source stop;
  try {
    PodmanExecutor(folder / "podman").run(request, {}, stop.get_token());
  } catch (const oci::Error& error) {
    return error;
  }
  return {oci::ErrorCode::kInvalid, "nothing failed"};
}

TEST(PodmanExecutorWithout, BlamesTheMachineForWhatTheStepCannotHelp) {
  const auto error = failure_with("Error: netavark: No such file or directory (os error 2)", 127);
  EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
  EXPECT_NE(error.hint().find("containers.conf"), std::string::npos);
  EXPECT_EQ(failure_with("nothing that is known", 126).code(), oci::ErrorCode::kFailed);
}

TEST(PodmanExecutorWithout, BlamesTheStepForItsProgramUserAndFolder) {
  for (const char* reason :
       {"Error: crun: executable file `x` not found in $PATH: No such file or directory: OCI "
        "runtime attempted to invoke a command that was not found",
        "Error: unable to find user nobody: no matching entries in passwd file",
        "Error: workdir \"/nope\" does not exist on container 81"}) {
    EXPECT_EQ(failure_with(reason, 127).code(), oci::ErrorCode::kStepFailed) << reason;
  }
}

TEST(PodmanExecutorWithout, KnowsCrunsWordForAForeignProgram) {
  const auto error = failure_with("Error: crun: /bin/sh: Exec format error", 126);
  EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
  EXPECT_NE(error.hint().find("qemu-user-static"), std::string::npos);
}

TEST(PodmanExecutorWithout, RefusesAnOldPodman) {
  const test::ScratchFolder folder;
  oci::write_file_atomically(folder / "podman", "#!/bin/sh\necho 3.4.7\n", 0755);
  try {
    PodmanExecutor(folder / "podman").version();
    FAIL() << "took it";
  } catch (const oci::Error& error) {
    EXPECT_NE(std::string(error.what()).find("3.4.7 is too old"), std::string::npos);
  }
}

}  // namespace
}  // namespace bale::builder
