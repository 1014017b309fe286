// SPDX-License-Identifier: Apache-2.0
// What Dockerfiles and contexts can be, by the program: checks, plans, contexts from elsewhere, and
// what a build needs of the machine.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "oci/fd.h"
#include "tests/support/http_server.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"

namespace bale {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class LanguageTest : public test::ProgramTest {
 protected:
  /// A file of the image, as `-o type=local` gives it.
  std::string built_file(const std::string& arguments, const std::string& path) const {
    const fs::path out = scratch_ / "out";
    fs::remove_all(out);
    const auto run = bale("build -o type=oci,dest=" + out.string() + " " + arguments);
    if (run.status != 0) return run.output;
    const auto unpacked =
        test::run_peer("cd " + out.string() + "/blobs/sha256 && for f in *; do tar xzOf $f " +
                       path + " 2>/dev/null; done; true");
    return unpacked.output;
  }
  void shell(const std::string& command) const {
    const auto run = test::run_peer("cd " + scratch_.path().string() + " && " + command);
    ASSERT_EQ(run.status, 0) << run.output;
  }
};

TEST_F(LanguageTest, ChecksPrintWarningsAndTellThemByTheStatus) {
  const auto clean = build("FROM scratch\nCOPY a.txt /\n", "--check --offline");
  EXPECT_EQ(clean.status, 0);
  EXPECT_EQ(clean.output, "no warnings\n");
  const auto warned = build("FROM scratch\nCMD a\n", "--check --offline");
  EXPECT_EQ(warned.status, 1);
  EXPECT_THAT(warned.output, HasSubstr("Dockerfile:2: JSON arguments recommended for CMD"));
  EXPECT_THAT(warned.output, HasSubstr("    2 | CMD a\n      | ^^^^^\n"));
  EXPECT_THAT(warned.output, EndsWith("\n1 warning\n"));
  EXPECT_EQ(build("FROM scratch\nCOPPY a /\n", "--check").status, 2);
  EXPECT_FALSE(fs::exists(store()));
}

TEST_F(LanguageTest, BuildsWarnBeforeTheyRun) {
  const auto run = build("FROM scratch\nCOPY a.txt /\nSTOPSIGNAL $missing\nENV a=b\n");
  EXPECT_EQ(run.status, 2);  // the signal is none
  const auto warned = build("FROM scratch\nCOPY a.txt /\nENV a=$missing\n");
  EXPECT_EQ(warned.status, 0);
  EXPECT_LT(warned.output.find("UndefinedVar"), warned.output.find("COPY a.txt"));
}

TEST_F(LanguageTest, WarningsAreErrorsWhereTheDockerfileSaysSo) {
  const auto run = build("# check=error=true\nFROM scratch\nCOPY a.txt /\nENV a=$missing\n");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, HasSubstr("UndefinedVar"));
  EXPECT_FALSE(has_images());
}

TEST_F(LanguageTest, PlansBuildNothing) {
  const auto run = build("FROM scratch AS x\nCOPY a.txt /\nFROM x\nRUN never\n",
                         "--dry-run -t app:v1 --podman /nowhere/podman");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("[0] x for linux/"));
  EXPECT_THAT(run.output, HasSubstr("    RUN never: to do, "));
  EXPECT_THAT(run.output, EndsWith("to be named docker.io/library/app:v1\n"));
  EXPECT_TRUE(test::files_below(store() / "blobs").empty());
}

class ContextTest : public LanguageTest {
 protected:
  void SetUp() override {
    LanguageTest::SetUp();
    test::write_text(context() / "Dockerfile", "FROM scratch\nCOPY a.txt /\n");
    test::write_text(context() / "sub/Dockerfile", "FROM scratch\nCOPY b.txt /\n");
    test::write_text(context() / "sub/b.txt", "b\n");
  }

  void make_archive() { shell("tar czf context.tgz -C context ."); }
  void make_repository() {
    shell(
        "git init -q -b main context && cd context && git add . && "
        "GIT_COMMITTER_DATE=@1600000000 git -c user.name=A -c user.email=a@b commit -q -m first &&"
        " git update-server-info");
  }

  test::HttpServer server_{[this](const test::HttpRequest& request) -> test::HttpAnswer {
    const std::string path = request.path();
    const fs::path file = path.starts_with("/r.git/") ? context() / ".git" / path.substr(7)
                                                      : scratch_.path() / path.substr(1);
    if (!fs::is_regular_file(file)) return {.status = 404};
    if (request.headers.find("If-None-Match") == "\"1\"") return {.status = 304};
    return {.headers = {{"ETag", "\"1\""}}, .body = oci::read_file(file, 1 << 24)};
  }};
};

TEST_F(ContextTest, IsAnArchiveOnStandardInput) {
  make_archive();
  EXPECT_EQ(built_file("- < " + (scratch_ / "context.tgz").string(), "a.txt"), "a\n");
}

TEST_F(ContextTest, IsADockerfileOnStandardInput) {
  test::write_text(scratch_ / "alone", "FROM scratch\nCOPY <<E /e\ninline\nE\n");
  EXPECT_EQ(built_file("- < " + (scratch_ / "alone").string(), "e"), "inline\n");
}

TEST_F(ContextTest, HasADockerfileOnStandardInput) {
  test::write_text(scratch_ / "other", "FROM scratch\nCOPY sub/b.txt /\n");
  EXPECT_EQ(
      built_file("-f - " + context().string() + " < " + (scratch_ / "other").string(), "b.txt"),
      "b\n");
}

TEST_F(ContextTest, IsAnArchiveOfTheWeb) {
  make_archive();
  const std::string url = server_.url() + "/context.tgz";
  EXPECT_EQ(built_file(url, "a.txt"), "a\n");
  EXPECT_EQ(built_file("-f sub/../Dockerfile " + url, "a.txt"), "a\n");
}

TEST_F(ContextTest, IsARepository) {
  make_repository();
  EXPECT_EQ(built_file(server_.url() + "/r.git", "a.txt"), "a\n");
  EXPECT_EQ(built_file("'" + server_.url() + "/r.git#main:sub'", "b.txt"), "b\n");
  const auto missing = bale("build '" + server_.url() + "/r.git#main:other'");
  EXPECT_EQ(missing.status, 5) << missing.output;
}

TEST_F(ContextTest, KeepsTheGitFolderWhereABuildArgumentSaysSo) {
  make_repository();
  test::write_text(scratch_ / "git", "FROM scratch\nCOPY .git/HEAD /\n");
  const std::string rest = server_.url() + "/r.git -f - < " + (scratch_ / "git").string();
  EXPECT_THAT(built_file(rest, "HEAD"), HasSubstr("no such file"));
  EXPECT_EQ(built_file("--build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=1 " + rest, "HEAD").size(), 41U);
}

TEST_F(ContextTest, GivesTheImageTheTimeOfItsCommit) {
  make_repository();
  const std::string url = server_.url() + "/r.git";
  for (const std::string& arguments :
       {"--source-date-epoch git " + context().string(), "--source-date-epoch git " + url,
        "--build-arg SOURCE_DATE_EPOCH=context " + url}) {
    ASSERT_EQ(bale("build -t app:v1 " + arguments).status, 0) << arguments;
    EXPECT_THAT(bale("inspect --config app:v1").output, HasSubstr("2020-09-13T12:26:40Z"))
        << arguments;
  }
}

TEST_F(ContextTest, HasNoTimeOutsideARepository) {
  const auto run = bale("build --source-date-epoch git " + context().string());
  EXPECT_EQ(run.status, 6) << run.output;
  EXPECT_THAT(run.output, HasSubstr("the time of the commit in " + context().string()));
}

TEST_F(ContextTest, LeadsNowhereElseByLinks) {
  shell(
      "ln -s ../../../../../../../../../etc/passwd context/linked && "
      "printf 'FROM scratch\\nCOPY linked /\\n' > context/Dockerfile");
  make_archive();
  const auto run = bale("build - < " + (scratch_ / "context.tgz").string());
  EXPECT_EQ(run.status, 1) << run.output;
}

TEST_F(ContextTest, HasAName) {
  make_archive();
  make_repository();
  const std::string options = " --build-context folder=" + (context() / "sub").string() +
                              " --build-context web=" + server_.url() + "/context.tgz" +
                              " --build-context git='" + server_.url() + "/r.git#main:sub' ";
  for (const char* from : {"folder", "git"}) {
    test::write_text(scratch_ / "named",
                     std::string("FROM scratch\nCOPY --from=") + from + " b.txt /\n");
    EXPECT_EQ(built_file(options + "- < " + (scratch_ / "named").string(), "b.txt"), "b\n") << from;
  }
  test::write_text(scratch_ / "named", "FROM web\n");
  EXPECT_EQ(built_file(options + "- < " + (scratch_ / "named").string(), "./a.txt a.txt"), "a\n");
}

TEST_F(ContextTest, IsFetchedOnlyWhereAStageReadsFromIt) {
  const auto run = build("FROM scratch\nCOPY a.txt /\n",
                         "-t app:v1 --build-context web=" + server_.url() + "/context.tgz");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_TRUE(server_.lines().empty());
}

TEST_F(ContextTest, IsTheImageOfALayout) {
  built_file(context().string(), "a.txt");
  const fs::path layout = scratch_ / "layout";
  fs::rename(scratch_ / "out", layout);
  fs::remove_all(store());
  const auto run = build("FROM anything:v9\nCOPY --from=other /a.txt /b.txt\n",
                         "-t app:v1 --build-context anything:v9=oci-layout://" + layout.string() +
                             " --build-context other=oci-layout://" + layout.string());
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(bale("validate app:v1").status, 0);
}

TEST_F(ContextTest, AddsFilesOfTheWebAndAsksAgainOnlyWhetherTheyChanged) {
  const std::string dockerfile = "FROM scratch\nADD " + server_.url() + "/context/a.txt /d/\n";
  const auto first = build(dockerfile);
  ASSERT_EQ(first.status, 0) << first.output;
  const auto again = build(dockerfile);
  EXPECT_THAT(again.output, HasSubstr("cached"));
  EXPECT_EQ(digest_of(again), digest_of(first));
  EXPECT_EQ(server_.requests().back().headers.find("If-None-Match"), "\"1\"");
}

TEST_F(ContextTest, AddsNothingThatHasAnotherChecksum) {
  const auto run = build("FROM scratch\nADD --checksum=sha256:" + std::string(64, '0') + " " +
                         server_.url() + "/context/a.txt /\n");
  EXPECT_EQ(run.status, 7) << run.output;
  EXPECT_THAT(run.output, HasSubstr("Dockerfile:2"));
}

TEST_F(ContextTest, AddsNothingFromTheWebOffline) {
  const auto run =
      build("FROM scratch\nADD " + server_.url() + "/context/a.txt /\n", "-t app:v1 --offline");
  EXPECT_EQ(run.status, 6) << run.output;
  EXPECT_TRUE(server_.lines().empty());
}

TEST_F(ContextTest, UnpacksAnArchiveOfTheWebWhereAskedTo) {
  make_archive();
  const std::string url = server_.url() + "/context.tgz";
  test::write_text(context() / "Dockerfile", "FROM scratch\nADD --unpack=true " + url + " /d/\n");
  EXPECT_EQ(built_file(context().string(), "d/a.txt"), "a\n");
  test::write_text(context() / "Dockerfile", "FROM scratch\nADD " + url + " /d/\n");
  EXPECT_EQ(built_file(context().string(), "d/context.tgz").substr(0, 2), "\x1f\x8b");
}

/// The command line that has no podman, no rights and no network.
std::string bare(const std::string& command) {
  const std::string alone = "env -i PATH=/nowhere " + command;
  return ::geteuid() == 0 ? "unshare -n setpriv --reuid=65534 --regid=65534 --clear-groups " + alone
                          : "unshare -rn " + alone;
}

TEST_F(LanguageTest, BuildsWithoutRunNeedNothingOfTheMachine) {
  if (test::run_peer(bare("/bin/true")).status != 0) GTEST_SKIP() << "no namespaces here";
  test::write_text(
      context() / "Dockerfile",
      "FROM scratch AS files\n"
      "COPY <<passwd /etc/\napp:x:7:8::/:/bin/sh\npasswd\n"
      "COPY --chmod=u=rwx,go=rx a.txt /bin/\n"
      "ADD more.tar /more/\n"
      "FROM files\nUSER app\nWORKDIR /srv/app\n"
      "COPY --from=files --chown=app /bin /srv/bin\nENTRYPOINT [\"/srv/bin/a.txt\"]\n");
  shell("tar cf context/more.tar --owner=5 --group=6 -C context a.txt");
  const auto reference = bale("build -q " + context().string());
  ASSERT_EQ(reference.status, 0) << reference.output;
  fs::copy_file(BALE_PROGRAM, scratch_ / "bale");
  shell("mkdir home && chmod -R a+rX . && chmod a+rwx home");
  const auto run = test::run_peer(bare((scratch_ / "bale").string() + " -q --store " +
                                       (scratch_ / "home/store").string() + " build " +
                                       "--source-date-epoch 1700000000 " + context().string()));
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(digest_of(run), digest_of(reference));
}

}  // namespace
}  // namespace bale
