// SPDX-License-Identifier: Apache-2.0
#include "builder/run_folder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "builder/overlay_mount.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

TEST(RunFolder, IsRemovedWithItsOwner) {
  const test::ScratchFolder scratch;
  fs::path path;
  {
    const RunFolder run(scratch / "runs");
    path = run.upper().parent_path();
    EXPECT_EQ(run.name(), path.filename());
    EXPECT_TRUE(fs::is_directory(run.scratch()));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(RunFolder, IsLeftAloneWhileItsOwnerLives) {
  const test::ScratchFolder scratch;
  const RunFolder run(scratch / "runs");
  remove_abandoned_runs(scratch / "runs", [](const fs::path&) { FAIL() << "is in use"; });
  EXPECT_TRUE(fs::is_directory(run.upper()));
}

TEST(RunFolder, IsUnmountedAndRemovedAfterItsOwnersDeath) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
  const test::ScratchFolder scratch;
  const pid_t child = ::fork();
  if (child == 0) {
    const RunFolder run(scratch / "runs");
    const OverlayMount mount(run.merged(), {{run.stub()}, run.upper(), run.work()}, run.links());
    ::_exit(0);  // as if it was killed
  }
  ::waitpid(child, nullptr, 0);
  std::vector<fs::path> cleaned;
  remove_abandoned_runs(scratch / "runs", [&](const fs::path& path) { cleaned.push_back(path); });
  ASSERT_EQ(cleaned.size(), 1U);
  EXPECT_EQ(cleaned[0].filename(), "scratch");
  EXPECT_TRUE(fs::is_empty(scratch / "runs"));
}

}  // namespace
}  // namespace bale::builder
