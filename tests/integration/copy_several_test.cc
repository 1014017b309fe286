// SPDX-License-Identifier: Apache-2.0
// Several images that go into one archive or layout.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

using ::testing::HasSubstr;

class CopySeveralTest : public BuiltImageTest {
 protected:
  void SetUp() override {
    BuiltImageTest::SetUp();
    write_text(context() / "a.txt", "other\n");
    const PeerRun run = build("FROM scratch\nCOPY a.txt /\n", "-q -t host.example/team/other:v2");
    ASSERT_EQ(run.status, 0) << run.output;
    other_ = digest_of(run);
  }
  /// What is wrong with a copy that is refused.
  std::string refusal(const std::string& arguments) const {
    const PeerRun run = bale("copy " + arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    return run.output;
  }

  std::string other_;  // the digest of host.example/team/other:v2
};

TEST_F(CopySeveralTest, EachKeepsItsNameInAnArchive) {
  ASSERT_EQ(bale("tag app:v1 app:stable").status, 0);
  for (const std::string kind : {"oci", "docker"}) {
    const std::string archive = kind + "-archive:" + path(kind + ".tar");
    const PeerRun run = bale("copy app:v1 host.example/team/other:v2 app:stable " + archive);
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_THAT(run.output, HasSubstr(digest_ + "\n" + other_ + "\n" + digest_ + "\n"));
    for (const std::string name : {"docker.io/library/app:v1", "docker.io/library/app:stable",
                                   "host.example/team/other:v2"}) {
      EXPECT_EQ(bale("validate " + archive + ":" + name).status, 0) << kind << name;
      if (kind == "docker") continue;  // whose manifests are of our making
      EXPECT_EQ(digest_in(archive + ":" + name), name.ends_with("v2") ? other_ : digest_);
    }
  }
  // An image with two names is there once.
  const PeerRun table = run_peer("tar -xOf " + path("docker.tar") + " manifest.json");
  EXPECT_THAT(
      table.output,
      HasSubstr(R"("RepoTags":["docker.io/library/app:v1","docker.io/library/app:stable"])"));
}

TEST_F(CopySeveralTest, ALayoutKeepsWhatItHad) {
  const std::string layout = "oci:" + path("layout");
  ASSERT_EQ(bale("copy app:v1 " + layout + ":first").status, 0);
  ASSERT_EQ(bale("copy app:v1 " + layout + ":second").status, 0);
  const std::string more = "oci:" + path("more");
  EXPECT_EQ(bale("copy app:v1 " + more + ":old").status, 0);
  const PeerRun run =
      bale("copy " + layout + ":first " + layout + ":second host.example/team/other:v2 " + more);
  EXPECT_EQ(run.status, 0) << run.output;
  for (const std::string tag : {"old", "first", "second"}) {
    EXPECT_EQ(digest_in(more + ":" + tag), digest_);
  }
  EXPECT_EQ(digest_in(more + ":host.example/team/other:v2"), other_);
}

TEST_F(CopySeveralTest, WhatWouldLoseOneIsRefusedBeforeAnythingIsWritten) {
  const std::string archive = "docker-archive:" + path("all.tar");
  ASSERT_EQ(bale("copy app:v1 oci:" + path("layout") + ":v1").status, 0);
  EXPECT_THAT(refusal("app:v1 app:v1 " + archive), HasSubstr("two images would be called"));
  EXPECT_THAT(refusal("app:v1 " + digest_ + " " + archive), HasSubstr("has no name"));
  EXPECT_THAT(refusal("app:v1 oci:" + path("layout") + ":v1 " + archive), HasSubstr("has no name"));
  EXPECT_THAT(refusal("app:v1 host.example/team/other:v2 " + archive + ":app:v1"),
              HasSubstr("names one image for several"));
  EXPECT_THAT(refusal("app:v1 host.example/team/other:v2 docker://127.0.0.1:1/app"),
              HasSubstr("is none"));
  EXPECT_THAT(refusal("app:v1 host.example/team/other:v2 app:v3"), HasSubstr("is none"));
  EXPECT_THAT(refusal("app:v1"), HasSubstr("DST is missing"));
  EXPECT_FALSE(std::filesystem::exists(path("all.tar")));
  EXPECT_EQ(bale("copy app:v1 absent.example/x:v1 --offline " + archive).status, 5);
  EXPECT_FALSE(std::filesystem::exists(path("all.tar")));
}

TEST_F(CopySeveralTest, StandardOutputTakesThemToo) {
  const PeerRun run =
      run_peer(program() + " copy app:v1 host.example/team/other:v2 - 2>/dev/null | " + program() +
               " digest oci-archive:-:host.example/team/other:v2");
  EXPECT_EQ(run.output, other_ + "\n");
}

}  // namespace
}  // namespace bale::test
