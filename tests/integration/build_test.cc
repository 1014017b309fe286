// SPDX-License-Identifier: Apache-2.0
// Whole builds by the program: the same input twice, warm rebuilds, platforms that fail.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/fake_registry.h"
#include "tests/support/podman.h"
#include "tests/support/program_test.h"

namespace bale {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kBoth = "-t app:v1 --platform linux/amd64,linux/arm64";

class BuildTest : public test::ProgramTest {
 protected:
  std::string program() const { return BALE_PROGRAM + (" --store " + store().string()); }
  std::size_t blobs() const { return test::files_below(store() / "blobs").size(); }
};

TEST_F(BuildTest, TakesBuildArgumentsFromAPipe) {
  test::write_text(context() / "Dockerfile", "FROM scratch\nARG name\nLABEL from=$name\n");
  const auto run =
      test::run_peer("echo name=piped | " + program() +
                     " build -t app:v1 --build-arg-file /dev/stdin " + context().string());
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(bale("inspect --config app:v1").output, HasSubstr("\"from\":\"piped\""));
}

TEST_F(BuildTest, LoadsWhatTheNetworkAndArchivesNeedOnlyForThem) {
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /\n").status, 0);
  const std::string traced = "LD_DEBUG=files " + program();
  const auto inspect = test::run_peer(traced + " inspect app:v1");
  EXPECT_EQ(inspect.status, 0);
  EXPECT_THAT(inspect.output, HasSubstr("file=libzstd"));
  EXPECT_THAT(inspect.output, Not(HasSubstr("file=libcurl")));
  EXPECT_THAT(inspect.output, Not(HasSubstr("file=libmicrohttpd")));
  EXPECT_THAT(inspect.output, Not(HasSubstr("file=libarchive")));
  const auto copy = test::run_peer(traced + " copy --retries 0 app:v1 docker://127.0.0.1:1/a");
  EXPECT_THAT(copy.output, HasSubstr("file=libcurl"));
}

TEST_F(BuildTest, InspectKnowsHowLargeLayersAreThatBaleWroteOrRead) {
  const auto sizes = [this](const std::string& name) {
    const auto image = nlohmann::json::parse(bale("inspect --json " + name).output);
    std::vector<std::uint64_t> found;
    for (const auto& layer : image["manifests"][0]["layers"]) {
      found.push_back(layer.value("uncompressedSize", std::uint64_t{0}));
    }
    return found;
  };
  // A header, the content, the end of the archive.
  test::write_text(context() / "large", std::string(100'000, 'x'));
  constexpr std::uint64_t kLarge = 512 + 100'352 + 1024;
  ASSERT_EQ(build("FROM scratch\nCOPY large /\n", "-t localhost/base:v1").status, 0);
  EXPECT_THAT(sizes("localhost/base:v1"), ElementsAre(kLarge));

  // Another store has not read it before something is built on it.
  const fs::path first = scratch_ / "first";
  fs::rename(store(), first);
  const auto copied = test::run_peer(BALE_PROGRAM + (" --store " + first.string()) +
                                     " copy localhost/base:v1 - 2>/dev/null | " + program() +
                                     " copy - localhost/base:v1");
  ASSERT_EQ(copied.status, 0) << copied.output;
  EXPECT_THAT(sizes("localhost/base:v1"), ElementsAre(0));
  ASSERT_EQ(build("FROM localhost/base:v1\nCOPY a.txt /\nENTRYPOINT [\"/large\"]\n").status, 0);
  EXPECT_THAT(sizes("app:v1"), ElementsAre(kLarge, 2048));

  ASSERT_EQ(bale("mutate app:v1 -t app:v2 --append " + context().string()).status, 0);
  EXPECT_EQ(sizes("app:v2").size(), 3U);
  EXPECT_GT(sizes("app:v2").back(), kLarge);
}

TEST_F(BuildTest, InspectKnowsHowLargeLayersAreThatWerePackedAnew) {
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /\n").status, 0);
  const std::string layout = "oci:" + (scratch_ / "layout").string();
  ASSERT_EQ(bale("copy app:v1 " + layout).status, 0);
  fs::remove_all(store());
  ASSERT_EQ(bale("copy --compression zstd " + layout + " app:v1").status, 0);
  EXPECT_THAT(bale("inspect app:v1").output, HasSubstr("unpacked"));
}

TEST_F(BuildTest, GivesTheSameDigestAnywhereWithAnyNumberOfJobs) {
  const std::string dockerfile =
      "FROM scratch AS files\nCOPY tree /srv/tree\n"
      "FROM scratch\nCOPY --from=files --chown=7:8 /srv /srv\nWORKDIR /srv\nCOPY a.txt .\n";
  for (int i = 0; i < 50; ++i) {
    test::write_text(context() / "tree" / ("f" + std::to_string(i)), std::string(1000 * i, 'x'));
  }
  const auto first = build(dockerfile, std::string(kBoth) + " --jobs 1");
  ASSERT_EQ(first.status, 0) << first.output;

  const test::ScratchFolder elsewhere;
  fs::copy(context(), elsewhere / "c", fs::copy_options::recursive);
  fs::last_write_time(elsewhere / "c" / "a.txt", fs::file_time_type::clock::now());
  const auto second = bale_with(elsewhere / "store", std::string("build ") + kBoth + " --jobs 8 " +
                                                         (elsewhere / "c").string());
  ASSERT_EQ(second.status, 0) << second.output;
  EXPECT_EQ(digest_of(first), digest_of(second));
  EXPECT_THAT(digest_of(first), StartsWith("sha256:"));
}

TEST_F(BuildTest, StoresALayerOfTwoPlatformsOnce) {
  const auto run = build("FROM scratch\nCOPY a.txt /\n", kBoth);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(blobs(), 1 + 2 + 2 + 1U);  // layer, configs, manifests, index
}

TEST_F(BuildTest, AsksTheRegistryOneThingWhereNothingChanged) {
  test::FakeRegistry registry;
  const std::string options =
      "--platform linux/amd64,linux/arm64 --push -t " + registry.name("team/app:v1");
  const std::string dockerfile = "FROM scratch\nCOPY a.txt /\n";
  ASSERT_EQ(build(dockerfile, options).status, 0);
  registry.server().forget_requests();
  fs::last_write_time(context() / "a.txt", fs::file_time_type::clock::now());
  const auto again = build(dockerfile, options);
  ASSERT_EQ(again.status, 0) << again.output;
  EXPECT_THAT(registry.server().lines(), ElementsAre("HEAD /v2/team/app/manifests/v1"));
}

TEST_F(BuildTest, NoticesAnEditThatKeepsSizeAndTime) {
  const std::string dockerfile = "FROM scratch\nCOPY a.txt /\n";
  const auto first = build(dockerfile);
  const auto time = fs::last_write_time(context() / "a.txt");
  test::write_text(context() / "a.txt", "b\n");
  fs::last_write_time(context() / "a.txt", time);
  EXPECT_NE(digest_of(build(dockerfile)), digest_of(first));
}

TEST_F(BuildTest, NeverAsksForTheImageOfAStageThatNobodyNeeds) {
  test::FakeRegistry registry;
  const auto run = build("FROM " + registry.name("unused:v1") +
                         " AS unused\nCOPY a.txt /\nFROM scratch\nCOPY a.txt /\n");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(registry.server().lines(), ElementsAre());
}

class RunBuildTest : public BuildTest {
 protected:
  void SetUp() override {
    BuildTest::SetUp();
    const auto& obstacle = test::podman_obstacle();
    if (!obstacle.empty()) GTEST_SKIP() << obstacle;
    test::make_busybox_root(context() / "root");
  }
};

TEST_F(RunBuildTest, ExecutesNothingASecondTime) {
  const std::string dockerfile =
      "FROM scratch\nCOPY root /\nRUN cat /proc/sys/kernel/random/uuid > /id\n";
  const auto first = build(dockerfile);
  ASSERT_EQ(first.status, 0) << first.output;
  const auto again = build(dockerfile, "-t app:v1 --podman /nowhere/podman");
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_EQ(digest_of(again), digest_of(first));
  EXPECT_NE(digest_of(build(dockerfile, "-t app:v1 --no-cache")), digest_of(first));
}

TEST_F(RunBuildTest, ExecutesStepsOverAStoreNamedFromHere) {
  test::write_text(context() / "Dockerfile", "FROM scratch\nCOPY root /\nRUN echo done > /done\n");
  const auto run =
      bale_with(std::filesystem::relative(store()), "build -t app:v1 " + context().string());
  EXPECT_EQ(run.status, 0) << run.output;
}

TEST_F(RunBuildTest, StartsANewCacheWithFilesOfAStage) {
  const std::string dockerfile =
      "FROM scratch AS seed\nCOPY a.txt /sub/a\n"
      "FROM scratch\nCOPY root /\n"
      "RUN --mount=type=cache,target=/c,from=seed,source=/sub cat /c/a; echo more > /c/b\n"
      "RUN --mount=type=cache,target=/c,from=seed,source=/sub ls /c\n";
  const auto run = build(dockerfile);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("| a\n"));
  EXPECT_THAT(run.output, HasSubstr("| b\n"));
  test::write_text(context() / "a.txt", "other\n");
  EXPECT_THAT(build(dockerfile).output, HasSubstr("| a\n")) << "an old cache keeps what it has";
}

class PartialBuildTest : public RunBuildTest {
 protected:
  /// linux/amd64 succeeds, windows/amd64 has a step that nothing executes.
  test::PeerRun build_both(const std::string& options = "") {
    return build("FROM scratch\nCOPY root /\nRUN echo done > /done\n",
                 "--platform linux/amd64,windows/amd64 --push -t " + registry_.name("app:v1") +
                     " " + options);
  }
  test::FakeRegistry registry_;
};

TEST_F(PartialBuildTest, KeepsWhatSucceededAndPushesNoManifest) {
  const auto run = build_both();
  EXPECT_EQ(run.status, 3) << run.output;
  EXPECT_THAT(run.output, HasSubstr("windows/amd64"));
  EXPECT_TRUE(has_images());
  EXPECT_EQ(registry_.manifest("app", "v1"), std::nullopt);
}

TEST_F(PartialBuildTest, PushesThePartThatSucceededWhereAllowed) {
  const auto run = build_both("--allow-partial");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("windows/amd64"));
  const auto index = registry_.manifest("app", "v1");
  ASSERT_TRUE(index);
  EXPECT_THAT(*index, HasSubstr("linux"));
  EXPECT_THAT(*index, Not(HasSubstr("windows")));
}

}  // namespace
}  // namespace bale
