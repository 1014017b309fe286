// SPDX-License-Identifier: Apache-2.0
// The commands that work on registries, as their users see them: output and exit status.

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_registry.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

using ::testing::HasSubstr;

/// A registry with `team/app:1.0.0`.
class RegistryCommands : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ASSERT_EQ(build("FROM scratch\nCOPY a.txt /a.txt\n", "-t " + name("team/app:1.0.0")).status, 0);
    ASSERT_EQ(bale("-q push " + name("team/app:1.0.0")).status, 0);
  }

  std::string name(const std::string& image) const { return registry_.name(image); }
  std::string remote(const std::string& image) const { return "docker://" + name(image); }

  /// What it prints; fails the test where it does not succeed.
  std::string output_of(const std::string& arguments) {
    const PeerRun run = bale("-q " + arguments);
    EXPECT_EQ(run.status, 0) << arguments << ": " << run.output;
    return run.output;
  }
  int status_of(const std::string& arguments) { return bale("-q " + arguments).status; }

  FakeRegistry registry_;
};

TEST_F(RegistryCommands, TagsAreListedSetAndTakenAway) {
  output_of("tag " + remote("team/app:1.0.0") + " " + remote("team/app:latest"));
  EXPECT_EQ(output_of("tags " + name("team/app")), "1.0.0\nlatest\n");
  output_of("untag " + remote("team/app:latest"));
  output_of("tag " + remote("team/app:1.0.0") + " " + remote("team/app:1.1.0"));
  output_of("delete " + remote("team/app:1.1.0"));
  EXPECT_EQ(output_of("tags " + remote("team/app")), "1.0.0\n");
  EXPECT_EQ(status_of("delete " + remote("team/app:9")), 5);
  EXPECT_EQ(status_of("delete " + remote("team/app")), 2);
  EXPECT_EQ(status_of("tags " + name("team/app:1.0.0")), 2);
}

TEST_F(RegistryCommands, AnIndexGivesItsTagToAnImageOnlyByForce) {
  output_of("manifest create " + remote("team/app:both") + " " + remote("team/app:1.0.0"));
  const std::string index = output_of("digest " + remote("team/app:both"));
  const std::string single = output_of("digest " + remote("team/app:1.0.0"));
  ASSERT_NE(index, single);
  const std::string arguments = remote("team/app:1.0.0") + " " + remote("team/app:both");
  EXPECT_EQ(status_of("tag " + arguments), 1);
  EXPECT_EQ(output_of("digest " + remote("team/app:both")), index);
  output_of("tag --force " + arguments);
  EXPECT_EQ(output_of("digest " + remote("team/app:both")), single);
}

TEST_F(RegistryCommands, TwoImagesAreNotPushedToOneName) {
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /b.txt\n", "-t " + name("team/app:2")).status, 0);
  EXPECT_EQ(status_of("push " + name("team/app:1.0.0") + " " + name("team/app:2") + " --to " +
                      name("team/app:3")),
            2);
  EXPECT_EQ(output_of("tags " + name("team/app")), "1.0.0\n");
}

TEST_F(RegistryCommands, AManifestIsDeletedByItsDigest) {
  const std::string digest = output_of("digest " + remote("team/app:1.0.0"));
  output_of("delete " + remote("team/app@" + digest.substr(0, digest.size() - 1)));
  EXPECT_EQ(status_of("digest " + remote("team/app:1.0.0")), 5);
}

TEST_F(RegistryCommands, FilesAreAttachedAndFollowACopy) {
  output_of("attach " + remote("team/app:1.0.0") + " " + (context() / "a.txt").string() +
            ":text/plain --artifact-type application/vnd.test");
  EXPECT_THAT(output_of("referrers " + name("team/app:1.0.0")), HasSubstr("application/vnd.test"));
  output_of("copy --referrers " + remote("team/app:1.0.0") + " " + remote("copy:v1"));
  EXPECT_THAT(output_of("referrers " + remote("copy:v1") + " --json"),
              HasSubstr("application/vnd.test"));
}

/// The tag, the manifest, its config and its layer: no document twice.
TEST_F(RegistryCommands, ACopyToALayoutAsksForEachBlobOnce) {
  registry_.server().forget_requests();
  output_of("copy " + remote("team/app:1.0.0") + " oci:" + (context() / "layout").string() + ":v1");
  EXPECT_EQ(registry_.server().requests().size(), 4U);
  output_of("validate oci:" + (context() / "layout").string() + ":v1");
}

TEST_F(RegistryCommands, ManyTagsAreSynced) {
  const std::string line = "copied " + name("synced:1.0.0@sha256:");
  EXPECT_THAT(output_of("sync " + remote("team/app") + " " + remote("synced") + " --semver '^1'"),
              HasSubstr(line));
  EXPECT_EQ(output_of("sync " + name("team/app") + " " + name("synced") + " --tags 2.*"), "");
  EXPECT_EQ(status_of("sync " + name("team/app") + " " + name("synced") + " --semver new"), 2);
}

TEST_F(RegistryCommands, SingleBlobsAreSentAndFetched) {
  const std::string file = (context() / "a.txt").string();
  const std::string digest = output_of("blob put " + name("team/app") + " " + file);
  const std::string blob = name("team/app@" + digest.substr(0, digest.size() - 1));
  EXPECT_EQ(output_of("blob get " + blob), "a\n");
  EXPECT_EQ(status_of("blob get " + name("other@" + digest.substr(0, digest.size() - 1))), 5);
}

TEST_F(RegistryCommands, PushesArePlannedAndGuarded) {
  EXPECT_THAT(output_of("push --dry-run " + name("team/app:1.0.0")),
              HasSubstr("1 request, 0 B sent"));
  const std::string wrong = "sha256:" + std::string(64, '0');
  build("FROM scratch\nCOPY a.txt /b.txt\n", "-t " + name("team/app:1.0.0"));
  EXPECT_EQ(status_of("push --no-clobber " + name("team/app:1.0.0")), 1);
  EXPECT_EQ(status_of("push --expect-digest " + wrong + " " + name("team/app:1.0.0")), 7);
}

TEST_F(RegistryCommands, AccessIsChecked) {
  EXPECT_EQ(output_of("auth check " + name("team/app")), "pull: yes\npush: yes\n");
  EXPECT_EQ(status_of("logout " + registry_.host()), 4);
}

TEST_F(RegistryCommands, AFileOfCredentialsThatOthersCanReadIsNamed) {
  const std::filesystem::path file = context() / "auth.json";
  std::ofstream(file) << R"({"auths": {"elsewhere.example": {"auth": "dTpw"}}})";
  const std::string command = "--authfile " + file.string() + " tags " + name("team/app");
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_THAT(bale(command).output, HasSubstr("chmod 600 " + file.string()));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_EQ(bale(command).output, "1.0.0\n");
}

}  // namespace
}  // namespace bale::test
