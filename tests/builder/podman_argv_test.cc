// SPDX-License-Identifier: Apache-2.0
#include "builder/podman_argv.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::builder {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

RunRequest request() {
  RunRequest result;
  result.name = "bale-1";
  result.root = "/store/merged";
  result.scratch = "/store/scratch";
  result.argv = {"/bin/sh", "-c", "echo \"a b\" && true"};
  return result;
}

TEST(PodmanArgv, EndsWithTheRootAndTheCommandAsItIs) {
  const auto argv = podman_run_argv("/opt/podman", request());
  EXPECT_EQ(argv[0], "/opt/podman");
  EXPECT_EQ(argv[1], "run");
  const std::vector<std::string> end(argv.end() - 5, argv.end());
  EXPECT_EQ(end, (std::vector<std::string>{"--rootfs", "/store/merged", "/bin/sh", "-c",
                                           "echo \"a b\" && true"}));
}

TEST(PodmanArgv, KeepsPodmanFromWritingIntoTheRoot) {
  const auto argv = podman_run_argv("podman", request());
  EXPECT_THAT(argv, Contains("--passwd=false"));
  EXPECT_THAT(argv, Contains("--http-proxy=false"));
  EXPECT_THAT(argv, Contains("--unsetenv-all"));
  EXPECT_THAT(argv, Contains("--rm"));
}

TEST(PodmanArgv, LeavesRootUnsaidAndPassesUsersAsTheyAre) {
  EXPECT_THAT(podman_run_argv("podman", request()), Each(Not(HasSubstr("--user"))));
  auto named = request();
  named.user = "app:1000";
  EXPECT_THAT(podman_run_argv("podman", named), Contains("--user=app:1000"));
}

TEST(PodmanArgv, PassesTheEnvironmentWordByWord) {
  auto with_env = request();
  with_env.env = {"A=line 1\nline \"2\"", "EMPTY="};
  const auto argv = podman_run_argv("podman", with_env);
  const auto first = std::find(argv.begin(), argv.end(), "--env");
  ASSERT_LT(first + 3, argv.end());
  EXPECT_EQ(first[1], "A=line 1\nline \"2\"");
  EXPECT_EQ(first[3], "EMPTY=");
}

TEST(PodmanArgv, NeverShowsASecret) {
  auto with_secret = request();
  with_secret.secret_env = {"TOKEN=hunter2"};
  const auto argv = podman_run_argv("podman", with_secret);
  EXPECT_THAT(argv, Contains("TOKEN"));
  EXPECT_THAT(argv, Each(Not(HasSubstr("hunter2"))));
}

TEST(PodmanArgv, LeavesTheNetworkToPodmanUnlessTheStepSaysOtherwise) {
  auto step = request();
  EXPECT_THAT(podman_run_argv("podman", step), Each(Not(HasSubstr("--network"))));
  step.network = "host";
  EXPECT_THAT(podman_run_argv("podman", step), Contains("--network=host"));
  step.network = "none";
  EXPECT_THAT(podman_run_argv("podman", step), Contains("--no-hosts"));
}

TEST(PodmanArgv, Mounts) {
  auto step = request();
  step.mounts = {{HostMount::Kind::kBind, "/src", "/dst", Access::kReadOnly, {}},
                 {HostMount::Kind::kBind, "/src", "/rw", Access::kReadWrite, {}},
                 {HostMount::Kind::kTmpfs, "", "/tmp", Access::kReadWrite, 1024}};
  const auto argv = podman_run_argv("podman", step);
  EXPECT_THAT(argv, Contains("--mount=type=bind,source=/src,destination=/dst,ro=true"));
  EXPECT_THAT(argv, Contains("--mount=type=bind,source=/src,destination=/rw"));
  EXPECT_THAT(argv, Contains("--mount=type=tmpfs,destination=/tmp,notmpcopyup,"
                             "tmpfs-mode=0755,tmpfs-size=1024"));
}

TEST(PodmanArgv, RefusesToMountWhatPodmanWouldMisread) {
  auto step = request();
  step.mounts = {{HostMount::Kind::kBind, "/a,destination=/etc", "/dst", Access::kReadOnly, {}}};
  EXPECT_THROW(podman_run_argv("podman", step), oci::Error);
}

TEST(PodmanArgv, PutsTheUsersOptionsBeforeTheRoot) {
  auto step = request();
  step.options = {"--add-host=db:10.0.0.1", "--shm-size=1g"};
  const auto argv = podman_run_argv("podman", step);
  const auto option = std::find(argv.begin(), argv.end(), "--shm-size=1g");
  EXPECT_LT(option, std::find(argv.begin(), argv.end(), "--rootfs"));
}

}  // namespace
}  // namespace bale::builder
