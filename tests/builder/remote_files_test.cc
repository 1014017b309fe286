// SPDX-License-Identifier: Apache-2.0
// ADD of what is fetched. Repositories are fetched by the real git, from folders of the test over
// the protocol that any static web server speaks.
#include "builder/remote_files.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "builder/child_process.h"
#include "builder/context_tree.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "tests/support/http_server.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

/// A server with the same bytes under every URL.
class AnyFile final : public HttpFetcher {
 public:
  HttpAnswer get(const std::string&, const HttpValidators&, const std::stop_token&) override {
    return {{}, std::make_unique<oci::BytesSource>(oci::as_bytes(content))};
  }
  std::string content = "content";
};

class RemoteFilesTest : public testing::Test {
 protected:
  std::vector<std::string> git(std::vector<std::string> arguments) {
    ChildProcess::Command command{
        {"git", "-C", work_.path().string(), "-c", "user.name=A", "-c", "user.email=a@b"},
        {"GIT_AUTHOR_DATE=1000000000 +0000", "GIT_COMMITTER_DATE=1000000000 +0000"}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    auto result = run_command(command, std::chrono::minutes(1));
    EXPECT_EQ(result.exit_code, 0) << arguments.front();
    return std::move(result.lines);
  }

  /// A repository with two commits: a tag on the first, a branch `main` on the second.
  void make_repository() {
    git({"init", "-q", "-b", "main"});
    std::ofstream(work_ / "a") << "one";
    fs::create_directory(work_ / "sub");
    std::ofstream(work_ / "sub/program") << "#!";
    fs::permissions(work_ / "sub/program", fs::perms(0700));
    git({"add", "."});
    git({"commit", "-q", "-m", "first"});
    git({"tag", "-a", "-m", "release", "v1"});
    std::ofstream(work_ / "a") << "two";
    git({"commit", "-q", "-a", "-m", "second"});
    git({"update-server-info"});
  }

  std::string url() const { return server_.url() + "/r.git"; }

  static AddStep step(std::string source, std::string destination = "/d/") {
    AddStep step;
    step.copy.sources = {std::move(source)};
    step.copy.destination = {destination, destination.ends_with("/")};
    return step;
  }

  CopySelection select(const AddStep& step) {
    RemoteFiles remote(cache_.path(), web_);
    return select_added(step, std::make_shared<ContextTree>(context_.path()), remote, {}, {});
  }

  static std::vector<std::string> paths(const CopySelection& selection) {
    std::vector<std::string> paths;
    for (const auto& source : selection.sources) {
      for (const auto& file : source.files) paths.push_back(file.entry.path);
    }
    return paths;
  }

  static std::string content(const SelectedSource& source, const std::string& path) {
    return read_tree_file(*source.tree, path, 1000);
  }

  test::ScratchFolder work_;
  test::ScratchFolder cache_;
  test::ScratchFolder context_;
  AnyFile web_;
  test::HttpServer server_{[this](const test::HttpRequest& request) -> test::HttpAnswer {
    const std::string path = request.path();
    const fs::path file = work_ / ".git" / path.substr(std::min(path.size(), sizeof "/r.git"));
    if (!fs::is_regular_file(file)) return {.status = 404};
    return {.body = oci::read_file(file, 1 << 20)};
  }};
};

using Paths = std::vector<std::string>;

TEST_F(RemoteFilesTest, GiveAFileTheNameOfItsUrl) {
  const auto selection = select(step("https://h/x/file.txt?y=z"));
  ASSERT_EQ(paths(selection), Paths{"file.txt"});
  const TreeFile& file = selection.sources[0].root();
  EXPECT_EQ(file.entry.mode, 0600U);
  EXPECT_EQ(file.entry.uid, 0U);
  EXPECT_EQ(file.entry.mtime, oci::FileTime{});
  EXPECT_TRUE(selection.sources[0].is_remote);
}

TEST_F(RemoteFilesTest, NeedANameForAFileInAFolder) {
  EXPECT_THROW(select(step("https://h/")), oci::Error);
  EXPECT_EQ(paths(select(step("https://h/", "/d/name"))), Paths{"name"});
}

TEST_F(RemoteFilesTest, MayHaveNamesThatLookLikePatterns) {
  EXPECT_EQ(paths(select(step("https://h/a%5B1%5D*.txt"))), Paths{"a[1]*.txt"});
}

TEST_F(RemoteFilesTest, StandInOrderWithLocalOnes) {
  std::ofstream(context_ / "local") << "x";
  auto both = step("https://h/b");
  both.copy.sources = {"https://h/b", "local"};
  both.copy.files = {{"inline", "y"}};
  EXPECT_EQ(paths(select(both)), (Paths{"b", "local", "inline"}));
}

TEST_F(RemoteFilesTest, AreUnpackedOnlyWhereTheStepSaysSo) {
  std::string tar(10240, '\0');
  web_.content = tar;
  const auto selection = select(step("https://h/a.tar"));
  EXPECT_FALSE(unpack_archives(selection, Archives::kUnpackLocal).sources[0].is_archive);
}

TEST_F(RemoteFilesTest, AreTheBranchThatTheRepositoryStandsOn) {
  make_repository();
  const auto selection = select(step(url()));
  EXPECT_EQ(paths(selection), (Paths{"", "a", "sub", "sub/program"}));
  EXPECT_EQ(content(selection.sources[0], "a"), "two");
}

TEST_F(RemoteFilesTest, AreATagOrACommit) {
  make_repository();
  const auto tagged = select(step(url() + "#v1"));
  EXPECT_EQ(content(tagged.sources[0], "a"), "one");
  const auto commit = git({"rev-parse", "v1^{commit}"}).at(0);
  EXPECT_EQ(content(select(step(url() + "#" + commit)).sources[0], "a"), "one");
  EXPECT_EQ(content(select(step(url() + "?branch=main")).sources[0], "a"), "two");
}

TEST_F(RemoteFilesTest, AreAFolderOfTheRepository) {
  make_repository();
  EXPECT_EQ(paths(select(step(url() + "#main:sub"))), (Paths{"sub", "sub/program"}));
}

TEST_F(RemoteFilesTest, AreTheSameForTheSameCommit) {
  make_repository();
  ::umask(0077);
  const auto selection = select(step(url()));
  ::umask(0022);
  for (const auto& file : selection.sources[0].files) {
    EXPECT_EQ(file.entry.mtime, (oci::FileTime{1000000000, 0})) << file.entry.path;
    const bool executable = file.is_directory() || file.entry.path == "sub/program";
    EXPECT_EQ(file.entry.mode, executable ? 0755U : 0644U) << file.entry.path;
  }
}

TEST_F(RemoteFilesTest, KeepTheGitFolderWhereTheStepSaysSo) {
  make_repository();
  auto keeping = step(url());
  keeping.keep_git_dir = true;
  const auto all = paths(select(keeping));
  EXPECT_NE(std::find(all.begin(), all.end(), ".git/HEAD"), all.end());
}

TEST_F(RemoteFilesTest, NeedNoNetworkForACommitThatIsHere) {
  make_repository();
  const auto commit = git({"rev-parse", "HEAD"}).at(0);
  select(step(url() + "#" + commit));
  server_.forget_requests();
  select(step(url() + "#" + commit));
  EXPECT_TRUE(server_.lines().empty());
}

TEST_F(RemoteFilesTest, FollowABranch) {
  make_repository();
  select(step(url()));
  std::ofstream(work_ / "a") << "three";
  git({"commit", "-q", "-a", "-m", "third"});
  git({"update-server-info"});
  EXPECT_EQ(content(select(step(url())).sources[0], "a"), "three");
}

TEST_F(RemoteFilesTest, AreRefusedWhereTheCommitIsAnother) {
  make_repository();
  auto checked = step(url());
  checked.checksum = std::string(40, '1');
  try {
    select(checked);
    FAIL() << "the commit is another";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
  }
  checked.checksum = git({"rev-parse", "HEAD"}).at(0);
  EXPECT_EQ(paths(select(checked)).size(), 4U);
}

TEST_F(RemoteFilesTest, TellWhichRefIsMissing) {
  make_repository();
  try {
    select(step(url() + "#missing"));
    FAIL() << "there is no such ref";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kNotFound);
    EXPECT_EQ(error.what(),
              "fetching " + url() + ": the repository has no branch and no tag missing");
  }
}

TEST_F(RemoteFilesTest, TellWhatGitSaid) {
  try {
    select(step(server_.url() + "/other/r.git"));
    FAIL() << "there is no such repository";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kUnavailable);
    EXPECT_NE(error.detail().find("not found"), std::string::npos) << error.detail();
  }
}

}  // namespace
}  // namespace bale::builder
