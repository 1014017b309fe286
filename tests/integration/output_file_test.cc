// SPDX-License-Identifier: Apache-2.0
// What a user names for a result may be a link, a pipe, a device, or standard output.
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "oci/fd.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class OutputFileTest : public BuiltImageTest {
 protected:
  std::string text(const std::string& name) const { return oci::read_file(path(name), 1 << 20); }
  /// With redirections and pipes of its own.
  PeerRun bale_in_shell(const std::string& line) const {
    return run_peer("(" + program() + " " + line + ")");
  }
  PeerRun copy(const std::string& destination, const std::string& redirections = "") const {
    return bale_in_shell("copy app:v1 " + destination + " " + redirections);
  }
  /// Under another name, so that a program that replaces it harms nothing.
  std::string link_to_stdout() const {
    const fs::path link = scratch_ / "stdout";
    if (!fs::is_symlink(link)) fs::create_symlink("/proc/self/fd/1", link);
    return link.string();
  }
};

TEST_F(OutputFileTest, ResultFilesFollowLinks) {
  for (const char* option : {"iidfile", "digestfile", "metadata-file"}) {
    write_text(path(std::string("real/") + option), "an old content");
    fs::create_symlink(std::string("real/") + option, path(option));
    const PeerRun run =
        bale(std::string("build --") + option + " " + path(option) + " " + context().string());
    ASSERT_EQ(run.status, 0) << run.output;
    EXPECT_TRUE(fs::is_symlink(path(option))) << option;
    EXPECT_THAT(text(std::string("real/") + option), HasSubstr("sha256:"));
  }
}

TEST_F(OutputFileTest, AFileWithoutANameBeforeTakesItsPlaceWhereThereIsNoProcToo) {
  const std::string own = ::geteuid() == 0 ? "unshare -m" : "unshare -rm";
  fs::create_directory(scratch_ / "out");
  for (const std::string content : {"first", "second"}) {
    write_text(context() / "a.txt", content);
    ASSERT_EQ(build("FROM scratch\nCOPY a.txt /\n").status, 0);
    const PeerRun run = run_peer(own + " sh -c 'mount -t tmpfs none /proc && " + program() +
                                 " copy app:v1 oci-archive:" + path("out/image.tar") + "'");
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_EQ(digest_in("oci-archive:" + path("out/image.tar")), digest_in("app:v1"));
    EXPECT_EQ(files_below(scratch_ / "out").size(), 1U);
  }
}

TEST_F(OutputFileTest, AResultHasStandardOutputForItself) {
  for (const std::string& name : {std::string("-"), std::string("/dev/stdout")}) {
    const PeerRun run = bale_in_shell("build --digestfile " + name + " " + context().string() +
                                      " 2>" + path("errors") + " >" + path("out"));
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(text("out"), digest_);
    EXPECT_EQ(text("errors"), digest_ + "\n");
  }
  bale_in_shell("build --metadata-file - " + context().string() + " 2>/dev/null >" + path("out"));
  EXPECT_EQ(nlohmann::json::parse(text("out"))["containerimage.digest"], digest_);
  EXPECT_FALSE(fs::exists("-"));
}

TEST_F(OutputFileTest, AResultGoesIntoAPipeAndLeavesIt) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  oci::FileSource reader(oci::open_file(path("pipe"), O_RDONLY | O_NONBLOCK));
  const PeerRun run = bale("build --digestfile " + path("pipe") + " " + context().string());
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  EXPECT_EQ(oci::read_all(reader, 1000), digest_);
}

TEST_F(OutputFileTest, AFolderIsRefused) {
  fs::create_directories(path("folder"));
  const PeerRun run = copy("oci-archive:" + path("folder"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("it is a folder"));
}

TEST_F(OutputFileTest, AnArchiveReachesARedirectedStandardOutputWhole) {
  ASSERT_EQ(copy("oci-archive:" + path("file.tar")).status, 0);
  const std::string expected = text("file.tar");
  for (const std::string& name :
       {std::string("oci-archive:-"), std::string("-"), "oci-archive:" + link_to_stdout()}) {
    PeerRun run = copy(name, "2>/dev/null > " + path("redirected.tar"));
    EXPECT_EQ(run.status, 0) << name;
    EXPECT_TRUE(text("redirected.tar") == expected) << name;
    run = copy(name, "2>/dev/null | cat > " + path("piped.tar"));
    EXPECT_TRUE(text("piped.tar") == expected) << name;
  }
  EXPECT_TRUE(fs::is_symlink(link_to_stdout()));
  EXPECT_FALSE(fs::exists("-"));
}

TEST_F(OutputFileTest, AnArchiveReachesTheOutputOfAnotherProcess) {
  ASSERT_EQ(copy("oci-archive:" + path("file.tar")).status, 0);
  // As the log of a container is written to by /proc/1/fd/1; a shell that has more to do stays.
  const PeerRun run =
      run_peer("(sh -c '" + program() +
               " copy app:v1 oci-archive:/proc/$$/fd/1; true' 2>/dev/null | cat > " +
               path("piped.tar") + ")");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_TRUE(text("piped.tar") == text("file.tar"));
}

TEST_F(OutputFileTest, TheDigestOfAnArchiveOnStandardOutputGoesToStandardError) {
  const PeerRun run = copy("docker-archive:-:app:v1", "2>" + path("errors") + " >" + path("out"));
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(text("errors"), digest_ + "\n");
  EXPECT_EQ(digest_in("docker-archive:" + path("out")).substr(0, 7), "sha256:");
}

TEST_F(OutputFileTest, ABuildWritesAnArchiveToStandardOutput) {
  const PeerRun run = bale_in_shell("build -o type=oci-archive,dest=- " + context().string() +
                                    " 2>/dev/null >" + path("out"));
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(digest_in("oci-archive:" + path("out")), digest_);
}

TEST_F(OutputFileTest, AMutatedImageGoesToStandardOutput) {
  const PeerRun run =
      bale_in_shell("mutate app:v1 --label a=b -t - 2>" + path("errors") + " >" + path("out"));
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(digest_in("oci-archive:" + path("out")) + "\n", text("errors"));
  EXPECT_THAT(text("errors"), Not(StartsWith(digest_)));
}

TEST_F(OutputFileTest, ATerminalGetsNoArchive) {
  BALE_NEEDS_PEER("script");
  const PeerRun run = run_peer("script -qec '" + std::string(BALE_PROGRAM) + " --store " +
                               store().string() + " copy app:v1 -' /dev/null </dev/null");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, HasSubstr("terminal"));
  EXPECT_THAT(run.output, Not(HasSubstr("ustar")));
}

}  // namespace
}  // namespace bale::test
