// SPDX-License-Identifier: Apache-2.0
#include "builder/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/new_file.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Checks : public testing::Test {
 protected:
  BuildRequest request(const std::string& text) {
    BuildRequest request{.dockerfile = parse_dockerfile(text, "Dockerfile")};
    request.context = context_.path();
    request.platforms = {oci::Platform::parse("linux/amd64")};
    return request;
  }

  std::vector<std::string> rules(const BuildRequest& request) {
    std::vector<std::string> names;
    for (const auto& warning : check_request(request, find_config_).warnings) {
      names.push_back(warning.rule);
    }
    return names;
  }

  test::ScratchFolder context_;
  int asked_ = 0;
  FindConfig find_config_ = [this](const BaseImage&) {
    ++asked_;
    return std::nullopt;
  };
};

TEST_F(Checks, JoinThoseOfTheTextAndOfTheEvaluationByLine) {
  const auto report = check_request(
      request("FROM scratch\nCMD a\nFROM scratch AS Late\nCOPY $missing /x/\n"), find_config_);
  ASSERT_EQ(report.warnings.size(), 3U);
  EXPECT_EQ(report.warnings[0].rule, "JSONArgsRecommended");
  EXPECT_EQ(report.warnings[1].rule, "StageNameCasing");
  EXPECT_EQ(report.warnings[2].rule, "UndefinedVar");
}

TEST_F(Checks, LookAtStagesThatNoTargetNeeds) {
  EXPECT_THAT(rules(request("FROM scratch\nENV a=$b\nFROM scratch\n")),
              ElementsAre("UndefinedVar"));
}

TEST_F(Checks, LookAtNoOtherStageWhereATargetIsNamed) {
  auto last = request("FROM scratch\nENV a=$b\nFROM scratch AS last\n");
  last.target = "last";
  EXPECT_THAT(rules(last), IsEmpty());
}

TEST_F(Checks, TellOnceWhatSeveralPlatformsHave) {
  auto two = request("FROM scratch\nARG TARGETARCH\nENV a=$b-$TARGETARCH\n");
  two.platforms = oci::Platform::parse_list("linux/amd64,linux/arm64");
  EXPECT_THAT(rules(two), ElementsAre("UndefinedVar"));
}

TEST_F(Checks, AskForNoImageWhereItsVariablesDecideNothing) {
  EXPECT_THAT(rules(request("FROM alpine\nENV a=b\nRUN x\n")), IsEmpty());
  EXPECT_EQ(asked_, 0);
}

TEST_F(Checks, KnowTheVariablesOfTheBaseImage) {
  find_config_ = [](const BaseImage& image) {
    auto config = scratch_config(image.platform);
    config.config.env.push_back("VERSION=1");
    return config;
  };
  EXPECT_THAT(rules(request("FROM alpine AS a\nFROM a\nENV a=$VERSION b=$other\n")),
              ElementsAre("UndefinedVar"));
}

TEST_F(Checks, WarnOfVariablesThoughTheBaseImageCannotBeHad) {
  EXPECT_THAT(rules(request("FROM alpine\nENV a=$b\n")), ElementsAre("UndefinedVar"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(Checks, WarnOfSourcesThatTheIgnoreFileExcludes) {
  oci::write_file_atomically(context_.path() / ".dockerignore", "*.md\nnode_modules\n!README.md\n");
  const auto report = check_request(
      request("FROM scratch\nCOPY README.md /x/\nCOPY a.md /\nADD ./node_modules/ /y/\n"),
      find_config_);
  ASSERT_EQ(report.warnings.size(), 2U);
  EXPECT_EQ(report.warnings[0].message,
            "Attempting to copy file \"a.md\" that is excluded by the ignore file");
  EXPECT_EQ(report.warnings[1].message,
            "Attempting to add file \"./node_modules/\" that is excluded by the ignore file");
}

TEST_F(Checks, LeaveFilesOfOtherStagesAlone) {
  oci::write_file_atomically(context_.path() / ".dockerignore", "*.md\n");
  EXPECT_THAT(rules(request("FROM scratch AS a\nFROM scratch\nCOPY --from=a a.md /\n")), IsEmpty());
}

TEST_F(Checks, NameBuildArgumentsThatNobodyAsksFor) {
  auto with_args = request("FROM scratch\nARG used\n");
  with_args.build_args = {{"used", "1"}, {"unused", "2"}};
  EXPECT_THAT(check_request(with_args, find_config_).unused_build_args, ElementsAre("unused"));
}

TEST_F(Checks, FailForWhatWouldFailABuild) {
  EXPECT_THROW(check_request(request("FROM scratch\nENV a=${b:?}\n"), find_config_), oci::Error);
  EXPECT_THROW(check_request(request("FROM scratch\nCOPY --from=9 a /\n"), find_config_),
               oci::Error);
}

TEST_F(Checks, AreErrorsWhereTheDockerfileSaysSo) {
  const auto report = check_request(
      request("# check=error=true\nFROM scratch\nCMD a\nFROM scratch\nCMD b\n"), find_config_);
  try {
    require_clean(report);
    FAIL() << "the warnings are errors";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kInvalid);
    EXPECT_STREQ(error.what(), "the Dockerfile makes warnings errors: JSONArgsRecommended");
  }
}

TEST_F(Checks, AreNoErrorsWhereTheyAreLeftOutOrThereAreNone) {
  require_clean(check_request(
      request("# check=skip=JSONArgsRecommended;error=true\nFROM scratch\nCMD a\n"), find_config_));
  require_clean(check_request(request("FROM scratch\nCMD a\n"), find_config_));
}

TEST_F(Checks, AreChosenByABuildArgumentToo) {
  auto with_arg = request("# check=skip=all\nFROM scratch\nCMD a\nENV b=$c\n");
  with_arg.build_args = {{"BUILDKIT_DOCKERFILE_CHECK", "skip=UndefinedVar;error=true"}};
  EXPECT_THAT(rules(with_arg), ElementsAre("JSONArgsRecommended"));
  EXPECT_THROW(require_clean(check_request(with_arg, find_config_)), oci::Error);
}

TEST_F(Checks, MarkTheLine) {
  const auto checked = request("FROM scratch\nENV a=$b\n");
  const auto report = check_request(checked, find_config_);
  EXPECT_EQ(describe(report.warnings.at(0), checked.dockerfile.source),
            "Dockerfile:2: Usage of undefined variable '$b' (UndefinedVar)\n"
            "    2 | ENV a=$b\n"
            "      |       ^^");
}

}  // namespace
}  // namespace bale::builder
