// SPDX-License-Identifier: Apache-2.0
#include "builder/solver.h"

#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builder/dockerfile.h"
#include "oci/error.h"

namespace bale::builder {
namespace {

using oci::Error;
using oci::ErrorCode;
using testing::UnorderedElementsAre;

StageResult result_of(const StageInstance& stage) {
  static const SourceText source("", "Dockerfile");
  static const std::map<std::string, std::string> no_args;
  return {.evaluator = StageEvaluator({source, no_args}, stage, oci::ImageConfig{}),
          .steps = {},
          .layers = {},
          .blobs = nullptr};
}

/// Notes which stages were built, and fails those that it is told to.
class NotingBuilder final : public StageBuilder {
 public:
  explicit NotingBuilder(std::string failing = {}) : failing_(std::move(failing)) {}

  StageResult build(const StageInstance& stage,
                    const std::vector<std::shared_ptr<const StageResult>>& results,
                    std::stop_token) override {
    for (const StageId id : stage.dependencies()) EXPECT_NE(results[id.index], nullptr);
    const std::string name = stage.name + " " + stage.platform.to_string();
    const std::lock_guard lock(mutex_);
    built_.push_back(name);
    if (name == failing_) throw Error(ErrorCode::kStepFailed, name);
    return result_of(stage);
  }

  const std::vector<std::string>& built() const { return built_; }

 private:
  std::string failing_;
  std::mutex mutex_;
  std::vector<std::string> built_;
};

class SolverTest : public testing::Test {
 protected:
  static BuildGraph graph_of(const std::string& text) {
    const Dockerfile dockerfile = parse_dockerfile(text, "Dockerfile");
    return make_build_graph(
        dockerfile, parse_stages(dockerfile),
        {.platforms = {oci::Platform::parse("linux/amd64"), oci::Platform::parse("linux/arm64")},
         .build_platform = oci::Platform::parse("linux/amd64"),
         .target = {},
         .build_args = {},
         .named_contexts = {}});
  }
  static std::exception_ptr refuse_none(const BuildGraph&, StageId) { return nullptr; }
};

constexpr const char* kDiamond =
    "FROM scratch AS a\nFROM a AS left\nFROM a AS right\nFROM scratch AS unused\n"
    "FROM scratch AS end\nCOPY --from=left / /\nCOPY --from=right / /\n";

TEST_F(SolverTest, BuildsEachStageOnceAndUnneededOnesNever) {
  const BuildGraph graph = graph_of(kDiamond);
  NotingBuilder builder;
  const auto outcomes = solve(graph, builder, refuse_none, {});
  ASSERT_EQ(outcomes.size(), 2U);
  for (const auto& outcome : outcomes) EXPECT_NE(outcome.result, nullptr);
  EXPECT_THAT(builder.built(),
              UnorderedElementsAre("a linux/amd64", "left linux/amd64", "right linux/amd64",
                                   "end linux/amd64", "a linux/arm64", "left linux/arm64",
                                   "right linux/arm64", "end linux/arm64"));
}

TEST_F(SolverTest, SharesAStageThatNoTargetChanges) {
  const BuildGraph graph = graph_of(
      "FROM --platform=$BUILDPLATFORM scratch AS tools\nFROM scratch\nCOPY --from=tools / /\n");
  NotingBuilder builder;
  solve(graph, builder, refuse_none, {});
  EXPECT_THAT(builder.built(),
              UnorderedElementsAre("tools linux/amd64", "1 linux/amd64", "1 linux/arm64"));
}

TEST_F(SolverTest, AFailureTakesDownItsOwnTargetOnly) {
  const BuildGraph graph = graph_of(kDiamond);
  NotingBuilder builder("left linux/arm64");
  const auto outcomes = solve(graph, builder, refuse_none, {});
  EXPECT_NE(outcomes.at(0).result, nullptr);
  EXPECT_EQ(outcomes.at(1).result, nullptr);
  try {
    std::rethrow_exception(outcomes.at(1).error);
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "left linux/arm64");
  }
}

TEST_F(SolverTest, AttemptsNothingOfARefusedTarget) {
  const BuildGraph graph = graph_of(kDiamond);
  NotingBuilder builder;
  const StageId second = graph.targets().at(1);
  const auto outcomes =
      solve(graph, builder,
            [&](const BuildGraph&, StageId target) {
              return target == second ? std::make_exception_ptr(Error(ErrorCode::kFailed, "no"))
                                      : nullptr;
            },
            {});
  EXPECT_NE(outcomes.at(0).result, nullptr);
  EXPECT_NE(outcomes.at(1).error, nullptr);
  EXPECT_EQ(builder.built().size(), 4U);
}

/// Two stages that each wait until the other has begun.
class MeetingBuilder final : public StageBuilder {
 public:
  StageResult build(const StageInstance& stage,
                    const std::vector<std::shared_ptr<const StageResult>>&,
                    std::stop_token) override {
    std::promise<void>& own = stage.platform.architecture == "amd64" ? amd64_ : arm64_;
    std::promise<void>& other = stage.platform.architecture == "amd64" ? arm64_ : amd64_;
    own.set_value();
    other.get_future().wait();
    return result_of(stage);
  }

 private:
  std::promise<void> amd64_;
  std::promise<void> arm64_;
};

TEST_F(SolverTest, BuildsPlatformsSideBySide) {
  const BuildGraph graph = graph_of("FROM scratch\nENV A=b\n");
  MeetingBuilder builder;  // one after the other, they would wait for ever
  EXPECT_EQ(solve(graph, builder, refuse_none, {}).size(), 2U);
}

}  // namespace
}  // namespace bale::builder
