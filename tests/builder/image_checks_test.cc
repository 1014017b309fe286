// SPDX-License-Identifier: Apache-2.0
#include "builder/image_checks.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builder/context_tree.h"
#include "builder/probe_program.h"
#include "oci/fd.h"
#include "oci/new_file.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

/// An image for linux/arm64 with `app/server`, and what each test adds.
class ImageChecks : public testing::Test {
 protected:
  ImageChecks() {
    config_.platform = oci::Platform::parse("linux/arm64");
    add_program("app/server", "linux/arm64");
  }

  void add(const char* path, const std::string& content, unsigned mode) {
    const fs::path file = scratch_ / path;
    fs::create_directories(file.parent_path());
    oci::write_file_atomically(file, content, mode);
  }
  void add_program(const char* path, const char* platform) {
    add(path, probe_program(oci::Platform::parse(platform)).value(), 0755);
  }

  std::vector<std::string> faults() const {
    std::vector<std::string> messages;
    const auto open_files = [&] { return std::make_shared<ContextTree>(scratch_.path()); };
    for (auto& fault : find_image_faults(open_files, config_)) {
      messages.push_back(std::move(fault.message));
    }
    return messages;
  }
  std::vector<std::string> faults_of(std::vector<std::string> entrypoint) {
    config_.config.entrypoint = std::move(entrypoint);
    return faults();
  }

  test::ScratchFolder scratch_;
  oci::ImageConfig config_;
};

TEST_F(ImageChecks, FindNothingWhereNothingIsStarted) { EXPECT_THAT(faults(), IsEmpty()); }

TEST_F(ImageChecks, PassAProgramOfThePlatform) {
  EXPECT_THAT(faults_of({"/app/server", "--port", "80"}), IsEmpty());
}

TEST_F(ImageChecks, MissAnEntrypointThatIsNotThere) {
  EXPECT_THAT(faults_of({"/app/sever"}), ElementsAre("entrypoint /app/sever is not in the image"));
}

TEST_F(ImageChecks, TakeTheCommandWhereThereIsNoEntrypoint) {
  config_.config.cmd = {"/nothing"};
  EXPECT_THAT(faults(), ElementsAre("command /nothing is not in the image"));
  EXPECT_THAT(faults_of({"/app/server"}), IsEmpty());  // the command is its argument now
}

TEST_F(ImageChecks, LookBareNamesUpInPath) {
  EXPECT_THAT(faults_of({"server"}), testing::SizeIs(1));
  config_.config.env = {"PATH=/usr/bin:/app"};
  EXPECT_THAT(faults_of({"server"}), IsEmpty());
  EXPECT_THAT(faults_of({"other"}),
              ElementsAre("entrypoint \"other\" is in no folder of PATH (/usr/bin:/app)"));
}

TEST_F(ImageChecks, TakeRelativePathsFromTheWorkingFolder) {
  config_.config.working_dir = "/app";
  EXPECT_THAT(faults_of({"./server"}), IsEmpty());
  config_.config.working_dir = "/";
  EXPECT_THAT(faults_of({"./server"}), ElementsAre("entrypoint ./server is not in the image"));
}

TEST_F(ImageChecks, FollowLinksInsideOfTheImage) {
  fs::create_symlink("/app", scratch_ / "opt");
  fs::create_symlink("/opt/server", scratch_ / "start");
  EXPECT_THAT(faults_of({"/start"}), IsEmpty());
}

TEST_F(ImageChecks, SeeThatAFileIsNotExecutable) {
  fs::permissions(scratch_ / "app/server", fs::perms(0644));
  EXPECT_THAT(faults_of({"/app/server"}),
              ElementsAre("entrypoint /app/server is not executable (mode 0644)"));
  EXPECT_THAT(faults_of({"/app"}), ElementsAre("entrypoint /app is no file"));
}

TEST_F(ImageChecks, SeeAProgramForAnotherMachine) {
  add_program("app/other", "linux/amd64");
  EXPECT_THAT(faults_of({"/app/other"}),
              ElementsAre("entrypoint /app/other is for amd64, the image is for linux/arm64"));
}

TEST_F(ImageChecks, SeeAFileThatTheKernelDoesNotStart) {
  add("app/empty", "", 0755);
  EXPECT_THAT(faults_of({"/app/empty"}),
              ElementsAre("entrypoint /app/empty is neither a program nor a script"));
}

TEST_F(ImageChecks, FollowAScriptToItsInterpreter) {
  add("start.sh", "#! /bin/sh -e\nexec /app/server\n", 0755);
  EXPECT_THAT(faults_of({"/start.sh"}),
              ElementsAre("entrypoint /start.sh: its interpreter /bin/sh is not in the image"));
  add_program("bin/sh", "linux/amd64");
  EXPECT_THAT(faults_of({"/start.sh"}),
              ElementsAre("entrypoint /start.sh: its interpreter /bin/sh is for amd64, the image "
                          "is for linux/arm64"));
  add_program("bin/sh", "linux/arm64");
  EXPECT_THAT(faults_of({"/start.sh"}), IsEmpty());
}

TEST_F(ImageChecks, DoNotGuessAboutMachinesTheyDoNotKnow) {
  config_.platform.architecture = "sparc128";
  EXPECT_THAT(faults_of({"/app/server"}), IsEmpty());
  config_.platform = {"windows", "amd64", "", "", {}};
  EXPECT_THAT(faults_of({"C:\\server.exe"}), IsEmpty());
}

TEST_F(ImageChecks, DislikeAVersionThatIsNone) {
  config_.config.labels["org.opencontainers.image.version"] = "latest";
  EXPECT_THAT(faults(), ElementsAre("the label org.opencontainers.image.version says \"latest\""));
  config_.config.labels["org.opencontainers.image.version"] = "1.2.3";
  EXPECT_THAT(faults(), IsEmpty());
}

}  // namespace
}  // namespace bale::builder
