// SPDX-License-Identifier: Apache-2.0
#include "oci/temporary_folder.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

namespace fs = std::filesystem;
using test::ScratchFolder;

/// A process that does some work with a temporary folder and ends as if it were killed: the folder
/// stays.
pid_t start_doomed(const fs::path& parent, const fs::path& result) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  try {
    TemporaryFolder folder(parent);
    const auto unfinished = folder.create_file();
    folder.replace_file(result, "done");
    _exit(fs::exists(unfinished.path()) ? 0 : 1);
  } catch (const std::exception&) {
    _exit(1);
  }
}

int status_of(pid_t pid) {
  int status = -1;
  waitpid(pid, &status, 0);
  return status;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  return {fs::directory_iterator(folder), fs::directory_iterator()};
}

TEST(TemporaryFolder, OfADeadProcessGoesWithTheNextOneAndOfALiveOneStays) {
  const ScratchFolder scratch;
  const fs::path parent = scratch / "tmp";
  TemporaryFolder alive(parent);
  const auto kept = alive.create_file();
  ASSERT_EQ(status_of(start_doomed(parent, scratch / "result")), 0);
  EXPECT_EQ(entries_of(parent).size(), 2U);
  TemporaryFolder next(parent);
  EXPECT_THAT(entries_of(parent), testing::SizeIs(2)) << "it is made when it is needed";
  next.path();
  EXPECT_THAT(entries_of(parent), testing::UnorderedElementsAre(alive.path(), next.path()));
  EXPECT_TRUE(fs::exists(kept.path()));
}

TEST(TemporaryFolder, WhatIsNamedOtherwiseIsNotOursToRemove) {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "tmp" / "photos");
  TemporaryFolder(scratch / "tmp").path();
  EXPECT_TRUE(fs::exists(scratch / "tmp" / "photos"));
}

TEST(TemporaryFolder, ProcessesThatComeAndDieAtOnceTakeNothingFromEachOther) {
  const ScratchFolder scratch;
  std::vector<pid_t> processes;
  for (int i = 0; i < 60; ++i) {
    const std::string result = "result" + std::to_string(i);
    processes.push_back(start_doomed(scratch / "tmp", scratch / result.c_str()));
  }
  for (const pid_t pid : processes) EXPECT_EQ(status_of(pid), 0);
  TemporaryFolder last(scratch / "tmp");
  last.path();
  EXPECT_THAT(entries_of(scratch / "tmp"), testing::ElementsAre(last.path()));
}

}  // namespace
}  // namespace bale::oci
