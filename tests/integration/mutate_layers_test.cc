// SPDX-License-Identifier: Apache-2.0
// Images whose layers change: what other tools made and bale changes, and what they then make of
// it.
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/xattr.h>
#include <unistd.h>

#include "oci/image_layout.h"
#include "tests/support/fake_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/podman.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kBaseDockerfile =
    "FROM scratch\n"
    "COPY base /base\n"
    "ENV PATH=/bin:/usr/bin BASE=1\n"
    "CMD [\"/bin/sh\"]\n";

class MutateLayersTest : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    test::write_text(context() / "base", "one");
    expect_done("build -t base:1 --platform linux/amd64,linux/arm64 ", kBaseDockerfile);
    test::write_text(context() / "base", "two");
    test::write_text(context() / "more", "more");
    expect_done("build -t base:2 --platform linux/amd64,linux/arm64 ",
                "FROM scratch\nCOPY base /base\nCOPY more /more\nENV PATH=/sbin:/bin BASE=2\n"
                "CMD [\"/bin/bash\"]\n");
    test::write_text(context() / "app", "app");
    expect_done("build -t app:1 --platform linux/amd64,linux/arm64 ",
                "FROM base:1\nENV APP=1\nCOPY app /app\nLABEL own=1\n");
  }

  void expect_done(const std::string& command, const std::string& dockerfile) const {
    test::write_text(context() / "Dockerfile", dockerfile);
    const auto run = bale(command + context().string());
    ASSERT_EQ(run.status, 0) << run.output;
  }
  test::PeerRun expect_done(const std::string& command) const {
    auto run = bale(command);
    EXPECT_EQ(run.status, 0) << command << "\n" << run.output;
    return run;
  }
  json config(const std::string& name, const std::string& platform = "linux/arm64") const {
    return json::parse(expect_done("inspect --config --platform " + platform + " " + name).output,
                       nullptr, false);
  }
  json manifest(const std::string& name) const {
    const auto raw = expect_done("inspect --raw --platform linux/amd64 " + name).output;
    return json::parse(raw, nullptr, false);
  }
  void expect_valid(const std::string& name) const {
    const auto run = bale("validate " + name);
    EXPECT_EQ(run.status, 0) << run.output;
  }
  /// What umoci unpacks of the amd64 image.
  fs::path unpacked(const std::string& name) const {
    expect_done("copy --platform linux/amd64 " + name + " oci:" + path("for-umoci") + ":it");
    const std::string bundle = path("bundle" + std::to_string(bundles_++));
    const std::string rootless = ::geteuid() == 0 ? "" : "--rootless ";
    const auto run = test::run_peer("umoci unpack " + rootless + "--image " + path("for-umoci") +
                                    ":it " + bundle);
    EXPECT_EQ(run.status, 0) << run.output;
    return fs::path(bundle) / "rootfs";
  }
  static std::string text(const fs::path& file) {
    return test::run_peer("cat " + file.string()).output;
  }

 private:
  mutable int bundles_ = 0;
};

TEST_F(MutateLayersTest, RebasesEveryPlatform) {
  expect_done("mutate app:1 -t app:2 --rebase base:1=base:2");
  for (const char* platform : {"linux/amd64", "linux/arm64"}) {
    const auto image = config("app:2", platform);
    EXPECT_EQ(image["rootfs"]["diff_ids"].size(), 3U);
    EXPECT_EQ(image["config"]["Env"], (json{"PATH=/sbin:/bin", "BASE=2", "APP=1"}));
    EXPECT_EQ(image["config"]["Cmd"], json{"/bin/bash"});
    EXPECT_EQ(image["config"]["Labels"]["own"], "1");
  }
  expect_valid("app:2");
  expect_done("mutate app:2 -t app:1-again --rebase base:2=base:1");
  EXPECT_EQ(config("app:1-again")["rootfs"], config("app:1")["rootfs"]);
  EXPECT_EQ(config("app:1-again")["history"], config("app:1")["history"]);
}

TEST_F(MutateLayersTest, RefusesABaseThatIsNotTheImages) {
  const auto run = bale("mutate app:1 -t app:2 --rebase base:2=base:1");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, HasSubstr("is not built on the old base: its layer 1"));
  EXPECT_EQ(bale("mutate app:1 -t app:2 --rebase base:1").status, 2);
  EXPECT_NE(bale("inspect app:2 --offline").status, 0) << "nothing was made";
}

TEST_F(MutateLayersTest, RebasesInARegistryWithoutMovingALayer) {
  test::FakeRegistry registry;
  const std::string root = "docker://" + registry.host() + "/team/";
  for (const char* name : {"base:1", "base:2", "app:1"}) {
    expect_done(std::string("copy ") + name + " " + root + name);
  }
  fs::remove_all(store());
  registry.server().forget_requests();
  expect_done("mutate " + root + "app:1 -t " + root + "app:2 --rebase " + root + "base:1=" + root +
              "base:2");
  std::size_t got = 0;
  std::size_t sent = 0;
  for (const auto& line : registry.server().lines()) {
    if (line.starts_with("GET") && line.find("/blobs/sha256") != std::string::npos) ++got;
    if (line.starts_with("PUT") && line.find("/blobs/uploads/") != std::string::npos) ++sent;
  }
  EXPECT_EQ(got, 6U) << "the configs of three images for two platforms";
  EXPECT_EQ(sent, 2U) << "two configs";
  expect_valid(root + "app:2");
}

TEST_F(MutateLayersTest, SaysInAnnotationsWhatTheBaseIs) {
  const std::string key = "org.opencontainers.image.base.";
  expect_done("mutate app:1 -t app:1 --annotation " + key + "name=old --annotation " + key +
              "digest=old --annotation index:" + key + "name=old");
  expect_done("mutate app:1 -t app:2 --rebase base:1=base:2");
  const auto annotations = manifest("app:2")["annotations"];
  EXPECT_EQ(annotations[key + "name"], "docker.io/library/base:2");
  EXPECT_THAT(annotations[key + "digest"].get<std::string>(), testing::StartsWith("sha256:"));
  EXPECT_THAT(expect_done("inspect --raw app:2").output,
              HasSubstr(key + "name\":\"docker.io/library/base:2"));
}

TEST_F(MutateLayersTest, DropsLayers) {
  const auto layers = manifest("app:1")["layers"];
  expect_done("mutate app:1 -t app:2 --drop-layer 1");
  EXPECT_EQ(manifest("app:2")["layers"], json{layers[1]});
  expect_valid("app:2");
  expect_done("mutate app:1 -t app:3 --drop-layer " + layers[1]["digest"].get<std::string>());
  EXPECT_EQ(manifest("app:3")["layers"], json{layers[0]});
  expect_valid("app:3");
  expect_done("mutate app:1 -t app:4 --drop-created-by 'COPY app'");
  EXPECT_EQ(manifest("app:4")["layers"], json{layers[0]});
  expect_valid("app:4");
  EXPECT_EQ(bale("mutate app:1 -t app:5 --drop-layer 3").status, 5);
  EXPECT_EQ(bale("mutate app:1 -t app:5 --drop-layer two").status, 2);
  EXPECT_EQ(bale("mutate app:1 -t app:5 --drop-created-by NOTHING").status, 5);
}

TEST_F(MutateLayersTest, SquashesToWhatTheLayersAmountTo) {
  BALE_NEEDS_PEER("umoci");
  BALE_NEEDS_PEER("tar");
  const fs::path upper = scratch_ / "upper";
  test::write_text(upper / "folder" / "new", "new");
  test::write_text(upper / "folder" / ".wh.gone", "");
  test::write_text(upper / ".wh.base", "");
  const fs::path lower = scratch_ / "lower";
  test::write_text(lower / "folder" / "gone", "gone");
  test::write_text(lower / "folder" / "kept", "kept");
  fs::create_hard_link(lower / "folder" / "kept", lower / "linked");
  fs::create_hard_link(lower / "folder" / "gone", lower / "survivor");
  fs::create_symlink("folder/kept", lower / "link");
  expect_done("mutate app:1 -t app:2 --append " + lower.string() + " --append " + upper.string());
  const auto first = expect_done("mutate app:2 -t app:3 --squash");
  EXPECT_EQ(manifest("app:3")["layers"].size(), 1U);
  expect_valid("app:3");
  EXPECT_EQ(digest_of(expect_done("mutate app:2 -t app:3 --squash")), digest_of(first));
  EXPECT_EQ(digest_of(expect_done("mutate app:3 -t app:3 --squash")), digest_of(first));

  const fs::path layered = unpacked("app:2");
  const fs::path squashed = unpacked("app:3");
  const auto same =
      test::run_peer("diff -r --no-dereference " + layered.string() + " " + squashed.string());
  EXPECT_EQ(same.status, 0) << same.output;
  EXPECT_FALSE(fs::exists(squashed / "base"));
  EXPECT_FALSE(fs::exists(squashed / "folder" / "gone"));
  EXPECT_EQ(text(squashed / "survivor"), "gone") << "its other name is hidden";
  EXPECT_EQ(fs::hard_link_count(squashed / "linked"), 2U);
  const auto history = config("app:3")["history"];
  EXPECT_EQ(history.back()["created_by"], "bale mutate --squash");
  EXPECT_EQ(history.front()["empty_layer"], true);
}

TEST_F(MutateLayersTest, AppendsNothingButTars) {
  BALE_NEEDS_PEER("tar");
  test::write_text(scratch_ / "tree/file", std::string(100'000, 'x'));
  const std::string make = "tar -C " + path("tree") + " -c . ";
  test::run_peer(make + "> " + path("whole.tar"));
  test::run_peer("head -c 50000 " + path("whole.tar") + " > " + path("cut.tar"));
  test::run_peer("gzip < " + path("whole.tar") + " | head -c 200 > " + path("cut.tar.gz"));
  test::write_text(scratch_ / "some.json", R"({"schemaVersion": 2, "manifests": []})");
  for (const char* file : {"cut.tar", "cut.tar.gz", "some.json"}) {
    const auto run = bale("mutate app:1 -t app:2 --append " + path(file));
    EXPECT_EQ(run.status, 7) << file;
    EXPECT_THAT(run.output, HasSubstr(std::string(file) + " makes no layer: "));
    EXPECT_THAT(run.output, HasSubstr("hint: a layer is a whole tar"));
  }
  EXPECT_NE(bale("digest app:2").status, 0);

  test::run_peer("head -c 10240 /dev/zero > " + path("empty.tar"));
  expect_done("mutate app:1 -t app:2 --append " + path("empty.tar"));
  expect_valid("app:2");
  const auto whole =
      digest_of(expect_done("mutate app:1 -t app:3 --created-by x --append " + path("whole.tar")));
  // As `<(tar ...)` of a shell gives it.
  const auto piped =
      test::run_peer(make + "| " + std::string(BALE_PROGRAM) + " --store " + store().string() +
                     " mutate app:1 -t app:4 --created-by x --append /dev/stdin");
  EXPECT_EQ(digest_of(piped), whole);
}

TEST_F(MutateLayersTest, KeepsOwnersModesAndAttributesInASquash) {
  if (::geteuid() != 0) GTEST_SKIP() << "owners need root";
  BALE_NEEDS_PEER("tar");
  const fs::path tree = scratch_ / "tree";
  test::write_text(tree / "program", "program");
  ASSERT_EQ(::setxattr((tree / "program").c_str(), "user.note", "hello", 5, 0), 0);
  const auto made = test::run_peer("cd " + tree.string() +
                                   " && chown 7:8 program && chmod 4750 program && "
                                   "mkfifo pipe && tar --xattrs --xattrs-include='user.*' "
                                   "--format=posix -cf ../tree.tar .");
  ASSERT_EQ(made.status, 0) << made.output;
  expect_done("mutate app:1 -t app:2 --append " + path("tree.tar"));
  expect_done("mutate app:2 -t app:3 --squash");
  const fs::path root = unpacked("app:3");
  const auto seen =
      test::run_peer("cd " + root.string() + " && stat -c '%u:%g %a %F' program pipe");
  EXPECT_THAT(seen.output, HasSubstr("7:8 4750 regular file"));
  EXPECT_THAT(seen.output, HasSubstr("fifo"));
  std::array<char, 5> note{};
  EXPECT_EQ(::getxattr((root / "program").c_str(), "user.note", note.data(), note.size()), 5);
  EXPECT_EQ(std::string_view(note.data(), note.size()), "hello");
}

TEST_F(MutateLayersTest, SquashesWhatIsInARegistry) {
  test::FakeRegistry registry;
  const std::string name = "docker://" + registry.host() + "/team/app";
  expect_done("copy app:1 " + name + ":1");
  const auto here = digest_of(expect_done("mutate app:1 -t app:2 --squash"));
  fs::remove_all(store());
  EXPECT_EQ(digest_of(expect_done("mutate " + name + ":1 -t " + name + ":2 --squash")), here);
  expect_valid(name + ":2");
}

TEST_F(MutateLayersTest, AppendsFoldersForOnePlatformOrAll) {
  test::write_text(scratch_ / "all" / "etc" / "motd", "hello");
  test::write_text(scratch_ / "arm" / "arm-only", "arm");
  const std::string options =
      " --append " + path("all") + " --append linux/arm64=" + path("arm") + " --created 1700000000";
  const auto first = digest_of(expect_done("mutate app:1 -t app:2" + options));
  EXPECT_EQ(config("app:2", "linux/amd64")["rootfs"]["diff_ids"].size(), 3U);
  EXPECT_EQ(config("app:2", "linux/arm64")["rootfs"]["diff_ids"].size(), 4U);
  EXPECT_EQ(config("app:2")["history"].back()["created_by"], "bale mutate --append arm");
  EXPECT_EQ(config("app:2")["created"], "2023-11-14T22:13:20Z");
  expect_valid("app:2");
  test::run_peer("touch " + path("all/etc/motd") + " " + path("arm/arm-only"));
  EXPECT_EQ(digest_of(expect_done("mutate app:1 -t app:2" + options)), first)
      << "times later than --created do not count";
  EXPECT_EQ(bale("mutate app:1 -t app:3 --append linux/amd46=" + path("arm")).status, 2);
  EXPECT_EQ(bale("mutate app:1 -t app:3 --append linux/s390x=" + path("arm")).status, 5);
  EXPECT_EQ(bale("mutate app:1 -t app:3 --append " + path("none")).status, 5);
}

TEST_F(MutateLayersTest, PacksAnew) {
  expect_done("mutate app:1 -t app:2 --compression zstd");
  for (const auto& layer : manifest("app:2")["layers"]) {
    EXPECT_EQ(layer["mediaType"], "application/vnd.oci.image.layer.v1.tar+zstd");
  }
  EXPECT_EQ(config("app:2"), config("app:1"));
  expect_valid("app:2");
  EXPECT_EQ(bale("mutate app:2 -t app:3 --format docker").status, 2) << "no zstd there";
  expect_done("mutate app:2 -t app:3 --format docker --compression gzip");
  expect_valid("app:3");
}

TEST_F(MutateLayersTest, SpeaksDockersFormatToSkopeo) {
  BALE_NEEDS_PEER("skopeo");
  expect_done("mutate app:1 -t oci:" + path("docker") + ":it --format docker");
  const auto raw = expect_done("inspect --raw oci:" + path("docker") + ":it").output;
  EXPECT_THAT(raw, HasSubstr("manifest.list.v2+json"));
  EXPECT_THAT(raw, Not(HasSubstr("oci")));
  test::FakeRegistry registry;
  expect_done("copy oci:" + path("docker") + ":it docker://" + registry.name("team/app:1"));
  const auto seen =
      test::run_peer("skopeo inspect --tls-verify=false --override-arch arm64 docker://" +
                     registry.name("team/app:1"));
  EXPECT_EQ(seen.status, 0) << seen.output;
  EXPECT_THAT(seen.output, HasSubstr("\"Architecture\": \"arm64\""));
  expect_done("manifest push --format v2s2 app:1 docker://" + registry.name("team/app:2"));
  EXPECT_THAT(expect_done("inspect --raw docker://" + registry.name("team/app:2")).output,
              HasSubstr("manifest.list.v2+json"));
  expect_valid("docker://" + registry.name("team/app:2"));
}

TEST_F(MutateLayersTest, ChangesWhatOtherToolsMade) {
  BALE_NEEDS_PEER("umoci");
  BALE_NEEDS_PEER("skopeo");
  const std::string layout = path("umoci");
  const auto made = test::run_peer("umoci init --layout " + layout + " && umoci new --image " +
                                   layout + ":it && umoci config " + "--image " + layout +
                                   ":it --config.user 7 && umoci insert " +
                                   (::geteuid() == 0 ? "" : "--rootless ") + "--image " + layout +
                                   ":it " + (context() / "app").string() + " /app");
  ASSERT_EQ(made.status, 0) << made.output;
  expect_done("mutate oci:" + layout + ":it -t oci:" + layout +
              ":new --label a=b --healthcheck true --health-interval 30s --squash");
  const auto seen = test::run_peer("skopeo inspect --config oci:" + layout + ":new");
  ASSERT_EQ(seen.status, 0) << seen.output;
  const auto image = json::parse(seen.output, nullptr, false);
  EXPECT_EQ(image["config"]["User"], "7");
  EXPECT_EQ(image["config"]["Labels"]["a"], "b");
  expect_valid("oci:" + layout + ":new");
  EXPECT_EQ(test::run_peer("umoci stat --image " + layout + ":new").status, 0);
}

TEST_F(MutateLayersTest, PodmanRunsWhatWasSquashed) {
  BALE_NEEDS_PEER("podman");
  if (!test::podman_obstacle().empty()) GTEST_SKIP() << test::podman_obstacle();
  test::make_busybox_root(scratch_ / "root");
  expect_done("mutate app:1 -t app:2 --platform linux/amd64 --append " + path("root") +
              " --squash --entrypoint /bin/cat --cmd /app --health-cmd 'test -e /app'");
  expect_done("copy --platform linux/amd64 app:2 docker-archive:" + path("app.tar") + ":app:2");
  const std::string podman =
      "podman --storage-driver vfs --root " + path("storage") + " --runroot " + path("runroot");
  const auto loaded = test::run_peer(podman + " load -i " + path("app.tar"));
  ASSERT_EQ(loaded.status, 0) << loaded.output;
  const auto ran = test::run_peer(podman + " run --rm --network none docker.io/library/app:2");
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("app"));
  test::run_peer(podman + " rmi -a -f");
}

}  // namespace
}  // namespace bale
