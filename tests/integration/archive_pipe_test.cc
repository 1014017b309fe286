// SPDX-License-Identifier: Apache-2.0
// Archives that come through pipes and go into them, to and from other tools.
#include <filesystem>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "oci/fd.h"
#include "tests/support/fake_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ArchivePipeTest : public BuiltImageTest {
 protected:
  void SetUp() override {
    BuiltImageTest::SetUp();
    shell(program() + " copy app:v1 oci-archive:" + path("oci.tar"));
    shell(program() + " copy app:v1 docker-archive:" + path("docker.tar:app:v1"));
  }
  /// What a line of the shell prints; it must succeed.
  static std::string shell(const std::string& line) {
    const PeerRun run = run_peer("(" + line + ")");
    EXPECT_EQ(run.status, 0) << line << "\n" << run.output;
    return run.output;
  }
  /// Podman with storage of its own.
  std::string podman() const {
    return "podman --storage-driver vfs --root " + path("root") + " --runroot " + path("run");
  }
};

TEST_F(ArchivePipeTest, KnowsArchivesOfBothKindsByTheirContentHoweverTheyArePacked) {
  BALE_NEEDS_PEER("zstd");
  for (const std::string kind : {"oci", "docker"}) {
    const std::string expected = digest_in(kind + "-archive:" + path(kind + ".tar"));
    for (const std::string packing : {"cat", "gzip", "zstd -q"}) {
      const std::string packed = packing + " < " + path(kind + ".tar") + " | " + program();
      EXPECT_EQ(shell(packed + " digest -"), expected + "\n") << kind << packing;
      EXPECT_EQ(shell(packed + " digest " + kind + "-archive:-"), expected + "\n");
      EXPECT_EQ(shell(packed + " digest " + kind + "-archive:/dev/stdin"), expected + "\n");
    }
    EXPECT_EQ(shell(program() + " digest - < " + path(kind + ".tar")), expected + "\n");
  }
}

TEST_F(ArchivePipeTest, EveryReaderTakesIt) {
  const std::string piped = "cat " + path("oci.tar") + " | " + program();
  EXPECT_THAT(shell(piped + " inspect -"), HasSubstr("COPY a.txt"));
  EXPECT_EQ(shell(piped + " validate -"), "");
  EXPECT_EQ(shell(piped + " copy - again:v1"), digest_ + "\n");
  EXPECT_EQ(digest_in("again:v1"), digest_);
  EXPECT_THAT(shell(piped + " mutate - --label a=b -t - 2>/dev/null | " + program() +
                    " inspect --config -"),
              HasSubstr(R"("a":"b")"));
  FakeRegistry registry;
  shell(piped + " push - --to docker://" + registry.name("app:v1"));
  EXPECT_TRUE(registry.manifest("app", "v1"));
}

TEST_F(ArchivePipeTest, PassesAnArchiveOnAsItIs) {
  shell("cat " + path("oci.tar") + " | " + program() + " copy - - 2>/dev/null > " +
        path("again.tar"));
  EXPECT_TRUE(oci::read_file(path("again.tar"), 1 << 20) ==
              oci::read_file(path("oci.tar"), 1 << 20));
}

TEST_F(ArchivePipeTest, SaysWhatIsWrongWithStandardInput) {
  const auto error_of = [&](const std::string& line) { return run_peer("(" + line + ")").output; };
  EXPECT_THAT(error_of("echo hello | " + program() + " digest -"),
              HasSubstr("standard input is no tar file"));
  EXPECT_THAT(error_of("tar -C " + context().string() + " -c . | " + program() + " digest -"),
              HasSubstr("no archive of images"));
  EXPECT_THAT(error_of("cat " + path("docker.tar") + " | " + program() + " digest oci-archive:-"),
              HasSubstr("try docker-archive:"));
  const PeerRun terminal =
      run_peer("script -qec '" + program() + " digest -' /dev/null </dev/null");
  EXPECT_EQ(terminal.status, 2) << terminal.output;
}

TEST_F(ArchivePipeTest, PodmanLoadsWhatComesThroughAPipe) {
  BALE_NEEDS_PEER("podman");
  shell(program() + " copy app:v1 docker-archive:-:localhost/docker:v1 2>/dev/null | " + podman() +
        " load");
  shell(program() + " copy app:v1 oci-archive:-:localhost/oci:v1 2>/dev/null | " + podman() +
        " load");
  for (const char* name : {"docker", "oci"}) {
    EXPECT_THAT(shell(podman() + " image inspect localhost/" + std::string(name) + ":v1"),
                HasSubstr("COPY a.txt"));
  }
  const std::string saved = podman() + " save localhost/oci:v1 | " + program();
  EXPECT_EQ(shell(saved + " validate -"), "");
  EXPECT_EQ(shell(saved + " digest docker-archive:-:localhost/oci:v1"), shell(saved + " digest -"));
  shell(podman() + " save --format oci-archive localhost/oci:v1 | " + program() + " validate -");
  run_peer(podman() + " rmi --all --force");
}

TEST_F(ArchivePipeTest, SkopeoReadsWhatStandardOutputGave) {
  BALE_NEEDS_PEER("skopeo");
  shell(program() + " copy app:v1 - 2>/dev/null > " + path("out"));
  shell("skopeo copy oci-archive:/dev/stdin dir:" + path("oci") + " < " + path("out"));
  shell(program() + " copy app:v1 docker-archive:- 2>/dev/null > " + path("out"));
  shell("skopeo copy docker-archive:/dev/stdin dir:" + path("docker") + " < " + path("out"));
  EXPECT_TRUE(fs::exists(path("docker/manifest.json")));
}

TEST_F(ArchivePipeTest, UmociReadsTheLayoutThatTarUnpacksFromAPipe) {
  BALE_NEEDS_PEER("umoci");
  fs::create_directories(path("layout"));
  shell(program() + " copy app:v1 oci-archive:-:v1 2>/dev/null | tar -x -C " + path("layout"));
  shell("umoci unpack --rootless --image " + path("layout:v1") + " " + path("bundle"));
  EXPECT_EQ(oci::read_file(path("bundle/rootfs/a.txt"), 100), "a\n");
}

TEST_F(ArchivePipeTest, AnInterruptEndsACopyInTheMiddle) {
  const std::size_t size = std::size_t{64} << 20;
  write_text(context() / "a.txt", std::string(size, 'x'));
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /\n", "--compression none -t large:v1").status, 0);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  for (const std::string signal : {"INT", "TERM", "HUP"}) {
    // Standard output is full until bale has been told to end.
    const PeerRun run =
        run_peer("(" + program() + " copy large:v1 - > " + path("pipe") + " & exec 3< " +
                 path("pipe") + "; head -c 1 <&3 > " + path("start") + "; kill -" + signal +
                 " $!; cat <&3 > " + path("rest") + "; wait $!; echo status $?)");
    EXPECT_THAT(run.output, HasSubstr("status 130"));
    EXPECT_LT(fs::file_size(path("rest")), size);
  }
}

/// Where nobody writes any more, or nobody reads.
class StalledPipeTest : public ArchivePipeTest {
 protected:
  void SetUp() override {
    ArchivePipeTest::SetUp();
    const std::size_t large = std::size_t{1} << 20;  // more than pipes hold
    write_text(context() / "a.txt", std::string(large, 'x'));
    ASSERT_EQ(build("FROM scratch\nCOPY a.txt /\n", "--compression none -t large:v1").status, 0);
    shell(program() + " copy large:v1 docker-archive:" + path("large.tar"));
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  }
  /// Interrupts a command in the background once `until` has been done, and gives its exit status
  /// at the end. A command that goes on is killed, which makes it 137.
  std::string interrupted(const std::string& command, const std::string& until) const {
    return shell("timeout --foreground --signal=KILL 20 " + program() + " " + command +
                 " 2>/dev/null & " + until + "; kill -INT $!; wait $!; echo $?");
  }
};

TEST_F(StalledPipeTest, AnInterruptEndsACopyFromOne) {
  // Both ends stay open; when so much is through the pipe, the copy has begun to read.
  const std::string feed = "head -c 300000 " + path("large.tar") + " > " + path("pipe");
  for (const std::string& source :
       {"docker-archive:- < " + path("pipe"), "docker-archive:" + path("pipe")}) {
    const auto space = source.find(' ');
    const std::string name = source.substr(0, space);
    const std::string redirection = space == std::string::npos ? "" : source.substr(space);
    EXPECT_EQ(interrupted("copy " + name + " oci:" + path("to") + ":v1" + redirection,
                          "exec 3<> " + path("pipe") + "; " + feed),
              "130\n")
        << source;
    EXPECT_FALSE(fs::exists(path("to")));
  }
}

TEST_F(StalledPipeTest, AnInterruptEndsACopyIntoOne) {
  const std::string until = "exec 3< " + path("pipe") + "; head -c 1 <&3 >/dev/null";
  EXPECT_EQ(interrupted("copy large:v1 oci-archive:- > " + path("pipe"), until), "130\n");
  EXPECT_EQ(interrupted("copy large:v1 oci-archive:" + path("pipe"), until), "130\n");
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

}  // namespace
}  // namespace bale::test
