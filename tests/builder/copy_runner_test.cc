// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_runner.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "builder/context_tree.h"
#include "oci/error.h"
#include "tests/builder/idle_services.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

/// COPY needs no base images.
class NoImages final : public ImageResolver {
 public:
  explicit NoImages(const oci::Store&) {}
  ResolvedImage resolve(const BaseImage&, std::stop_token) override {
    throw oci::Error(oci::ErrorCode::kNotFound, "no images here");
  }
  bool is_local(const BaseImage&) override { return false; }
};

void write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

class CopyRunnerTest : public testing::Test {
 protected:
  CopyRunnerTest() { write(context_ / "src/a", "content"); }

  static CopyStep step(std::string source, std::string destination) {
    CopyStep step;
    step.sources = {std::move(source)};
    step.destination = {std::move(destination), true};
    return step;
  }

  /// As a process of its own would.
  template <typename Action>
  CopyRunner::Outcome run(Action action) {
    test::IdleServices<NoImages> idle(store_.path());
    LayerRecorder recorder(idle.services, {}, "2020-01-01T00:00:00Z");
    CopyRunner runner(idle.services, recorder, true);
    const auto tree = std::make_shared<ContextTree>(context_.path());
    return action(runner, tree, StepBase{base_, idle.store.blobs()});
  }

  CopyRunner::Outcome copy(const CopyStep& what) {
    return run([&](CopyRunner& runner, auto tree, const StepBase& base) {
      return runner.copy(what, tree, "context", base, {});
    });
  }

  CopyRunner::Outcome add(const AddStep& what) {
    return run([&](CopyRunner& runner, auto tree, const StepBase& base) {
      return runner.add(what, select_files(what.copy, tree, {}), "context", base);
    });
  }

  void pack() {
    const std::string command =
        "tar -czf " + (context_ / "a.tgz").string() + " -C " + (context_ / "src").string() + " .";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  test::ScratchFolder context_;
  test::ScratchFolder store_;
  std::vector<StageLayer> base_;
};

TEST_F(CopyRunnerTest, TheSameFilesAreFoundAgain) {
  const auto first = copy(step("src", "/app"));
  EXPECT_FALSE(first.cached);
  const auto second = copy(step("src", "/app"));
  EXPECT_TRUE(second.cached);
  EXPECT_EQ(second.step.layer, first.step.layer);
  EXPECT_FALSE(copy(step("src", "/other")).cached);
}

TEST_F(CopyRunnerTest, AChangeIsNoticed) {
  const auto first = copy(step("src", "/app"));
  write(context_ / "src/a", "CONTENT");
  const auto second = copy(step("src", "/app"));
  EXPECT_FALSE(second.cached);
  EXPECT_NE(second.step.layer, first.step.layer);
  write(context_ / "src/a", "content");
  EXPECT_EQ(copy(step("src", "/app")).step.layer, first.step.layer);
}

TEST_F(CopyRunnerTest, TheSameEntriesOnAnotherBaseAreTheSameLayer) {
  const auto first = copy(step("src", "/app"));
  write(context_ / "other/b", "b");
  base_ = {*copy(step("other", "/lib")).step.layer};
  const auto second = copy(step("src", "/app"));
  EXPECT_EQ(second.step.layer, first.step.layer);
}

TEST_F(CopyRunnerTest, AStepThatCopiesNothingHasNoLayer) {
  EXPECT_FALSE(copy(step("none*", "/app")).step.layer);
  EXPECT_FALSE(copy(step("none*", "/app")).step.layer);
}

TEST_F(CopyRunnerTest, AddUnpacksAndCopyDoesNot) {
  pack();
  AddStep unpacking{step("a.tgz", "/app"), "", std::nullopt, std::nullopt};
  AddStep plain = unpacking;
  plain.unpack = false;
  const auto unpacked = add(unpacking);
  EXPECT_FALSE(unpacked.cached);
  EXPECT_TRUE(add(unpacking).cached);
  const auto copied = copy(step("a.tgz", "/app"));
  EXPECT_FALSE(copied.cached);
  EXPECT_NE(copied.step.layer, unpacked.step.layer);
  EXPECT_EQ(add(plain).step.layer, copied.step.layer);
}

TEST_F(CopyRunnerTest, AnArchiveWithOtherContentIsAnotherLayer) {
  const AddStep unpacking{step("a.tgz", "/app"), "", std::nullopt, std::nullopt};
  pack();
  const auto first = add(unpacking);
  const auto time = fs::last_write_time(context_ / "src/a");
  write(context_ / "src/a", "CONTENT");
  fs::last_write_time(context_ / "src/a", time);
  pack();
  const auto second = add(unpacking);
  EXPECT_FALSE(second.cached);
  EXPECT_NE(second.step.layer, first.step.layer);
}

}  // namespace
}  // namespace bale::builder
