// SPDX-License-Identifier: Apache-2.0
// What the program says of bad input and of what fails around it, and what it leaves behind.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci/blob_store.h"
#include "oci/digest.h"
#include "oci/document.h"
#include "oci/fd.h"
#include "tests/support/fake_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/podman.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class BadInputTest : public test::ProgramTest {
 protected:
  /// The one line that says what is wrong.
  static std::string error_line(const test::PeerRun& run) {
    const auto start = run.output.find("error: ");
    if (start == std::string::npos) return "no error in: " + run.output;
    return run.output.substr(start, run.output.find('\n', start) - start);
  }
};

TEST_F(BadInputTest, AnOptionOfTheWholeProgramThatMeansNothing) {
  const auto rate = bale("images --rate-limit fast");
  EXPECT_EQ(rate.status, 2);
  EXPECT_THAT(error_line(rate), HasSubstr("--rate-limit: \"fast\" is no size"));
  EXPECT_EQ(bale("images --retries 101").status, 2);
  EXPECT_EQ(bale("images --color loud").status, 2);
}

TEST_F(BadInputTest, UnknownInstruction) {
  const auto run = build("FROM scratch\nCOPPY a.txt /\n");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(error_line(run), HasSubstr("Dockerfile:2"));
  EXPECT_THAT(error_line(run), HasSubstr("COPPY"));
  EXPECT_THAT(run.output, HasSubstr("COPY"));
  EXPECT_THAT(run.output, HasSubstr("^"));
}

TEST_F(BadInputTest, MissingSource) {
  const auto run = build("FROM scratch\nCOPY a.text /\n");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(error_line(run), HasSubstr("Dockerfile:2"));
  EXPECT_THAT(run.output, HasSubstr("a.text"));
  EXPECT_THAT(run.output, HasSubstr("a.txt"));  // did you mean
  EXPECT_FALSE(has_images());
}

TEST_F(BadInputTest, UnknownPlatform) {
  const auto run = build("FROM scratch\nCOPY a.txt /\n", "-t app:v1 --platform linux/amd46");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(error_line(run), HasSubstr("linux/amd46"));
  EXPECT_THAT(run.output, HasSubstr("amd64"));
  EXPECT_FALSE(has_images());
}

TEST_F(BadInputTest, AnOutputThatIsNoneBeforeAnythingIsBuilt) {
  for (const auto& [spec, complaint] :
       {std::pair("oci:/tmp/image", "\"oci:/tmp/image\" is no KEY=VALUE"),
        std::pair("type=oic,dest=image", "unknown type \"oic\""),
        std::pair("type=oci", "dest is missing"),
        std::pair("type=oci,dest=image,mode=max", "unknown key \"mode\"")}) {
    const auto run = build("FROM scratch\nCOPY a.txt /\n", "-t app:v1 -o " + std::string(spec));
    EXPECT_EQ(run.status, 2) << spec;
    EXPECT_THAT(error_line(run), HasSubstr(complaint));
    EXPECT_THAT(run.output, HasSubstr("type=oci-archive,dest=image.tar"));
    EXPECT_FALSE(has_images()) << spec;
  }
}

TEST_F(BadInputTest, UnreachableRegistry) {
  const auto run = build("FROM 127.0.0.1:1/base:v1\nCOPY a.txt /\n");
  EXPECT_EQ(run.status, 6);
  EXPECT_THAT(error_line(run), HasSubstr("127.0.0.1:1"));
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /\n").status, 0);
  const auto push = bale("push app:v1 --to 127.0.0.1:1/app:v1");
  EXPECT_EQ(push.status, 6);
  EXPECT_THAT(error_line(push), HasSubstr("127.0.0.1:1"));
}

TEST_F(BadInputTest, WrongPassword) {
  test::FakeRegistry registry({.basic_login = "user:right"});
  test::write_text(auth_file(),
                   R"({"auths": {")" + registry.host() + R"(": {"auth": "dXNlcjp3cm9uZw=="}}})");
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /\n").status, 0);
  const auto run = bale("push app:v1 --to " + registry.name("app:v1"));
  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(error_line(run), HasSubstr(registry.host()));
  EXPECT_THAT(run.output, HasSubstr("login"));
  EXPECT_THAT(run.output, Not(HasSubstr("wrong")));
  EXPECT_THAT(run.output, Not(HasSubstr("dXNlcjp3cm9uZw")));
}

class DamagedBaseTest : public BadInputTest {
 protected:
  void SetUp() override {
    BadInputTest::SetUp();
    layer_ = publish("linux/amd64", "v1").layers.front().digest.to_string();
  }
  oci::Manifest publish(const std::string& platform, const std::string& tag) {
    oci::MemoryStore blobs;
    const auto image = test::add_image(blobs, platform);
    auto document = oci::read_manifest(blobs, image);
    add(blobs, document.value.config);
    for (const auto& layer : document.value.layers) add(blobs, layer);
    registry_.add_manifest("base", tag, image.media_type.to_string(), document.bytes);
    return std::move(document.value);
  }
  void add(const oci::BlobProvider& blobs, const oci::Descriptor& blob) {
    registry_.add_blob("base", oci::read_blob(blobs, blob, 1 << 20));
  }
  /// What the registry sends in place of the first layer.
  void damage(std::function<test::HttpAnswer(std::string)> change) {
    const auto good = registry_.blob("base", oci::Digest::parse(layer_)).value();
    registry_.intercept([this, good, change = std::move(change)](
                            const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
      if (request.method != "GET" || !request.path().ends_with(layer_)) return std::nullopt;
      return change(good);
    });
  }
  std::string base() const { return registry_.name("base:v1"); }

  test::FakeRegistry registry_;
  std::string layer_;
};

TEST_F(DamagedBaseTest, IsFineAsLongAsNothingIsDamaged) {
  EXPECT_EQ(bale("pull " + base()).status, 0);
}

TEST_F(DamagedBaseTest, TruncatedBlob) {
  damage(
      [](std::string blob) { return test::HttpAnswer{.body = std::move(blob), .cut_after = 700}; });
  const auto run = bale("pull " + base());
  EXPECT_EQ(run.status, 6) << run.output;
  EXPECT_THAT(error_line(run), HasSubstr(registry_.host()));
  EXPECT_FALSE(has_images());
}

TEST_F(DamagedBaseTest, AlteredBlob) {
  damage([](std::string blob) {
    blob[blob.size() / 2] ^= 1;
    return test::HttpAnswer{.body = std::move(blob)};
  });
  const auto run = bale("pull " + base());
  EXPECT_EQ(run.status, 7) << run.output;
  EXPECT_THAT(error_line(run), HasSubstr(layer_));
  EXPECT_FALSE(has_images());
}

/// A file system of its own, too small.
class SmallDisk {
 public:
  explicit SmallDisk(const fs::path& path) : path_(path) {
    fs::create_directories(path);
    mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount(path_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  fs::path path_;
  bool mounted_ = false;
};

TEST_F(BadInputTest, FullDisk) {
  const SmallDisk disk(store());
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  test::run_peer("head -c 4000000 /dev/urandom > " + (context() / "noise").string());
  const auto run = build("FROM scratch\nCOPY noise /\n");
  EXPECT_EQ(run.status, 1) << run.output;
  EXPECT_THAT(run.output, HasSubstr("No space left on device"));
  EXPECT_FALSE(has_images());
  check_store();  // while the disk is still there
}

TEST_F(BadInputTest, RunWithoutPodman) {
  const auto run =
      build("FROM scratch\nCOPY a.txt /\nRUN [\"/a\"]\n", "-t app:v1 --podman /nowhere/podman");
  EXPECT_EQ(run.status, 1) << run.output;
  EXPECT_THAT(error_line(run), HasSubstr("/nowhere/podman"));
  EXPECT_THAT(run.output, HasSubstr("--podman PATH"));
  EXPECT_FALSE(has_images());
}

// The registry is asked what the image is, and for none of its layers.
TEST_F(DamagedBaseTest, RunOnAPlatformThatNothingExecutes) {
  const auto manifest = publish("windows/amd64", "windows");
  const auto run = build("FROM " + registry_.name("base:windows") + "\nRUN true\n",
                         "-t app:v1 --platform windows/amd64");
  EXPECT_EQ(run.status, 1) << run.output;
  EXPECT_THAT(error_line(run), HasSubstr("windows/amd64"));
  for (const auto& layer : manifest.layers) {
    const auto path = "GET /v2/base/blobs/" + layer.digest.to_string();
    EXPECT_THAT(registry_.server().lines(), Not(Contains(path)));
  }
  EXPECT_FALSE(has_images());
}

class InterruptedTest : public BadInputTest {
 protected:
  fs::path log() const { return scratch_ / "log"; }

  /// Builds the context, sends SIGINT as soon as `ready` says so, and returns the exit status.
  int interrupt_build(const std::function<bool()>& ready) const {
    const std::string command = "exec " BALE_PROGRAM " --store " + store().string() +
                                " build -t app:v1 " + context().string() + " > " + log().string() +
                                " 2>&1";
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    for (int tenths = 0; tenths < 600 && !ready(); ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ::kill(pid, SIGINT);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

// The file takes minutes to pack: only an interrupted build ends before the test is given up.
TEST_F(InterruptedTest, EndsInTheMiddleOfALargeFile) {
  test::write_text(context() / "large", "");
  fs::resize_file(context() / "large", std::uintmax_t{60} << 30);
  test::write_text(context() / "Dockerfile", "FROM scratch\nCOPY large /\n");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(interrupt_build([this] { return !test::files_below(store() / "tmp").empty(); }), 130);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  EXPECT_FALSE(has_images());
}

class FailingRunTest : public InterruptedTest {
 protected:
  void SetUp() override {
    InterruptedTest::SetUp();
    const auto& obstacle = test::podman_obstacle();
    if (!obstacle.empty()) GTEST_SKIP() << obstacle;
    test::make_busybox_root(context() / "root");
  }
  static std::string lines(const std::string& command) {
    return "FROM scratch\nCOPY root /\nRUN " + command + "\n";
  }
  /// What is mounted, and the processes that run, for this store.
  std::string remains() const {
    const std::string own = store().string();
    std::string found = test::run_peer("grep " + own + " /proc/self/mountinfo").output;
    for (const auto& process : fs::directory_iterator("/proc")) {
      const fs::path file = process.path() / "cmdline";
      if (!fs::exists(file)) continue;
      std::ifstream stream(file);
      const std::string line{std::istreambuf_iterator<char>(stream), {}};
      if (line.find(own) != std::string::npos) found += line + "\n";
    }
    return found;
  }
};

TEST_F(FailingRunTest, SaysTheLineTheStatusAndTheOutput) {
  const auto run = build(lines("echo so it goes; exit 7"));
  EXPECT_EQ(run.status, 8);
  EXPECT_THAT(error_line(run), HasSubstr("Dockerfile:3"));
  EXPECT_THAT(run.output, HasSubstr("exit code 7"));
  EXPECT_THAT(run.output, HasSubstr("so it goes"));
  EXPECT_FALSE(has_images());
  EXPECT_EQ(remains(), "");
}

TEST_F(FailingRunTest, EndsAtCtrlC) {
  test::write_text(context() / "Dockerfile", lines("echo started; sleep 600"));
  const int status = interrupt_build([this] {
    return fs::exists(log()) && oci::read_file(log(), 1 << 20).find("started") != std::string::npos;
  });
  EXPECT_EQ(status, 130);
  EXPECT_FALSE(has_images());
  EXPECT_EQ(remains(), "");
}

}  // namespace
}  // namespace bale
