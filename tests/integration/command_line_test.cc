// SPDX-License-Identifier: Apache-2.0
// What options mean that are there, are not there, or are there with nothing in them.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/fd.h"
#include "tests/support/fake_registry.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CommandLineTest : public ProgramTest {
 protected:
  /// Fails the test where the arguments are not refused with these words.
  void expect_refused(const std::string& arguments, const std::string& words) {
    const PeerRun run = bale(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_THAT(run.output, HasSubstr(words)) << arguments;
  }
};

/// A plain registry by two names: that of a host on loopback, and one that leads there as well, but
/// could be anywhere.
class TlsVerify : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    ASSERT_EQ(build("FROM scratch\nCOPY a.txt /a.txt\n", "-t " + near() + ":v1").status, 0);
    ASSERT_EQ(bale("-q push " + near() + ":v1").status, 0);
  }

  std::string near() const { return registry_.name("team/app"); }
  std::string far() const { return "0.0.0.0" + near().substr(near().find(':')); }
  PeerRun tags(const std::string& options, const std::string& repository) const {
    return bale("-q --retries 0 " + options + " tags " + repository);
  }

 private:
  FakeRegistry registry_;
};

TEST_F(TlsVerify, ByDefaultOnlyLoopbackIsAskedByHttp) {
  EXPECT_EQ(tags("", near()).status, 0);
  const PeerRun run = tags("", far());
  EXPECT_EQ(run.status, 6);
  EXPECT_THAT(run.output, HasSubstr("https://0.0.0.0"));
  EXPECT_THAT(run.output, Not(HasSubstr("http://")));
  EXPECT_THAT(run.output, HasSubstr("--tls-verify=false"));
}

TEST_F(TlsVerify, FalseAllowsHttpEverywhere) {
  EXPECT_EQ(tags("--tls-verify=false", near()).status, 0);
  EXPECT_EQ(tags("--tls-verify=false", far()).status, 0);
}

TEST_F(TlsVerify, TrueDemandsHttpsEverywhere) {
  EXPECT_EQ(tags("--tls-verify=true", near()).status, 6);
  EXPECT_EQ(tags("--tls-verify", near()).status, 6);
}

TEST_F(TlsVerify, CredentialsStayAwayFromHttp) {
  write_text(auth_file(), R"({"auths":{")" + far().substr(0, far().find('/')) +
                              R"(":{"auth":"dXNlcjpzZWNyZXQ="}}})");
  const PeerRun run = tags("--log-level debug --authfile " + auth_file().string(), far());
  EXPECT_EQ(run.status, 6);
  EXPECT_THAT(run.output, Not(HasSubstr("http://")));
}

TEST_F(CommandLineTest, AnEmptyValueIsNotNoValue) {
  expect_refused("push localhost/app --to ''", "--to: the value is empty");
  expect_refused("push localhost/app --expect-digest ''", "--expect-digest: the value is empty");
  expect_refused("manifest create app a --expect-platforms ''",
                 "--expect-platforms: the value is empty");
}

TEST_F(CommandLineTest, AnEmptyValueAfterAnEqualsSignTakesNoOtherWord) {
  expect_refused("push --to= localhost/app", "--to: the value is empty");
  expect_refused("images --store= --json", "--store: the value is empty");
  expect_refused("build --target= " + context().string(), "--target: the value is empty");
}

TEST_F(CommandLineTest, UnknownWordsGetASuggestion) {
  expect_refused("isnpect x", "did you mean \"inspect\"?");
  expect_refused("cat", "bale --help lists what there is");
  expect_refused("manifest creat x", "unknown command \"manifest creat\"");
  expect_refused("manifest frob", "bale manifest --help lists what there is");
  expect_refused("manifest create x --froce", "did you mean \"--force\"?");
  expect_refused("manifest create x --zzzzzz", "bale manifest create --help lists what there is");
  expect_refused("manifest create", "see bale manifest create --help");
}

TEST_F(CommandLineTest, WhatCannotBeIsSaidBeforeAnythingIsDone) {
  expect_refused("copy docker://0.0.0.0:1/a oci-archive:x --referrers",
                 "between registries and layouts");
  expect_refused("manifest annotate app --index --os linux", "an index has no platform");
  expect_refused("digest oci:x@sha256:aaaa", "what follows @ is no digest");
  expect_refused("digest oci:x:v1@sha256:" + std::string(64, '0'), "a tag and a digest");
  EXPECT_THAT(bale("digest oci:a@b:v1").output, HasSubstr("a@b is not an OCI image layout"));
  expect_refused("tag localhost/app docker://localhost/app:v1", "bale push localhost/app --to");
}

TEST_F(CommandLineTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(bale("validate oci:" + (scratch_ / "nowhere").string()).status, 5);
  EXPECT_EQ(bale("manifest rm localhost/app").status, 5);
}

TEST_F(CommandLineTest, OnlyIndexesAreRemovedAsSuch) {
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /a.txt\n", "-t localhost/app:v1").status, 0);
  expect_refused("manifest rm localhost/app:v1", "not an index");
  EXPECT_EQ(bale("inspect localhost/app:v1").status, 0);
}

TEST_F(CommandLineTest, AReaderThatHasSeenEnoughIsNoError) {
  std::string dockerfile = "FROM scratch\n";
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {  // more than a pipe holds
    dockerfile += "LABEL " + std::string(name) + "=" + std::string(10'000, 'x') + "\n";
  }
  ASSERT_EQ(build(dockerfile, "-t localhost/app:v1").status, 0);
  const auto errors = scratch_ / "errors";
  bale("inspect --json localhost/app:v1 2> " + errors.string() + " | true");
  EXPECT_EQ(oci::read_file(errors, 4096), "");
}

TEST_F(BuiltImageTest, NoDigestIsChosenForAnImage) {
  const std::string other = "@sha256:" + std::string(64, '0');
  const std::string layout = path("layout");
  for (const std::string& command :
       {"tag app:v1 app:v2" + other, "copy app:v1 app" + other, "copy app:v1 oci:" + layout + other,
        "mutate app:v1 -t app:v2" + other + " --label a=b"}) {
    const PeerRun run = bale(command);
    EXPECT_EQ(run.status, 2) << command << ": " << run.output;
    EXPECT_THAT(run.output, HasSubstr(digest_.substr(0, 7))) << command;
  }
  EXPECT_EQ(bale("digest --offline app:v2").status, 5);
  EXPECT_FALSE(std::filesystem::exists(layout));
  EXPECT_EQ(bale("tag app:v1 app:v2@" + digest_).status, 0);
  EXPECT_EQ(digest_in("app:v2"), digest_);
}

TEST_F(BuiltImageTest, SeveralPlatformsOfASingleImageAreNotThere) {
  for (const std::string command : {"copy app:v1 app:v2", "digest app:v1"}) {
    const PeerRun run = bale(command + " --platform linux/s390x,linux/riscv64");
    EXPECT_EQ(run.status, 5) << command << ": " << run.output;
    EXPECT_THAT(run.output, HasSubstr("no image for linux/")) << command;
  }
}

TEST_F(BuiltImageTest, LayoutsGetNamesThatOthersTake) {
  const std::string layout = "oci:" + path("layout");
  for (const std::string name : {"'a b'", "ü", "a//b", "a/"}) {
    EXPECT_EQ(bale("copy app:v1 " + layout + ":" + name).status, 2) << name;
    EXPECT_EQ(bale("copy app:v1 oci-archive:" + path("image.tar") + ":" + name).status, 2) << name;
    EXPECT_EQ(bale("manifest create " + layout + ":" + name + " app:v1").status, 2) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(path("layout")));  // said before anything is copied
  EXPECT_EQ(bale("copy app:v1 " + layout + ":team/app:v1.0+x").status, 0);
  EXPECT_EQ(bale("validate " + layout).status, 0);
}

TEST_F(TlsVerify, WhatIsPrintedGoesIntoNoConnection) {
  const std::string push = std::string(BALE_PROGRAM) + " --store " + store().string() + " push " +
                           near() + ":v1 --to " + near();
  const auto errors = scratch_ / "errors";
  EXPECT_EQ(run_peer("(" + push + ":v2 2>" + errors.string() + " >&-)").status, 1);
  EXPECT_THAT(oci::read_file(errors, 4096), HasSubstr("standard output"));
  EXPECT_EQ(run_peer("(" + push + ":v3 >&- 2>&- <&-)").status, 1);
}

TEST_F(BuiltImageTest, WhereNothingCanBeMadeIsSaid) {
  write_text(scratch_ / "file", "");
  for (const PeerRun& run : {bale("copy app:v1 oci:" + path("file/layout:v1")),
                             bale("manifest create oci:/proc/layout:v1 app:v1"),
                             bale_with("/proc/store", "manifest create index:v1")}) {
    EXPECT_EQ(run.status, 1) << run.output;
    EXPECT_THAT(run.output, HasSubstr("error: creating ")) << run.output;
  }
}

TEST_F(BuiltImageTest, LayoutsAreReadByThoseWhoHaveNoHome) {
  const std::string image = "oci:" + path("layout") + ":v1";
  ASSERT_EQ(bale("-q copy app:v1 " + image).status, 0);
  for (const std::string command :
       {"inspect", "inspect --json", "digest", "manifest inspect", "validate"}) {
    const PeerRun run =
        run_peer("env -i " + std::string(BALE_PROGRAM) + " " + command + " " + image);
    EXPECT_EQ(run.status, 0) << command << ": " << run.output;
  }
}

}  // namespace
}  // namespace bale::test
