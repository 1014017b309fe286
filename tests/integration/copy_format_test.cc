// SPDX-License-Identifier: Apache-2.0
// `copy --format`, and what other tools make of the result.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/image_layout.h"
#include "tests/support/docker_registry.h"
#include "tests/support/fake_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class CopyFormatTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    auto layout = oci::ImageLayout::create(scratch_ / "source");
    layout.set_tag("v1", add_index(layout, {"linux/amd64", "linux/arm64"}));
    layout.set_tag("single", add_image(layout, "linux/amd64"));
  }
  std::string layout(const std::string& name) const {
    return "oci:" + (scratch_ / name.c_str()).string();
  }
  std::string source() const { return layout("source") + ":v1"; }
  std::string done(const std::string& arguments) const {
    const PeerRun run = bale("-q " + arguments);
    EXPECT_EQ(run.status, 0) << arguments << ": " << run.output;
    return run.output;
  }
  json document(const std::string& arguments) const {
    return json::parse(done("inspect " + arguments), nullptr, false);
  }
};

TEST_F(CopyFormatTest, GivesAnOtherTypeToEveryPlatformAndKeepsLayersAndConfigs) {
  const std::string docker = layout("docker") + ":v1";
  const std::string digest = done("copy --format docker " + source() + " " + docker);
  EXPECT_NE(digest, done("digest " + source()));
  EXPECT_EQ(digest, done("digest " + docker));
  EXPECT_THAT(done("inspect --raw " + docker), HasSubstr("manifest.list.v2+json"));
  for (const char* platform : {"linux/amd64", "linux/arm64"}) {
    const std::string raw = std::string("--raw --platform ") + platform + " ";
    const json before = document(raw + source());
    const json after = document(raw + docker);
    EXPECT_THAT(after.dump(), Not(HasSubstr("oci")));
    EXPECT_EQ(after["config"]["digest"], before["config"]["digest"]);
    ASSERT_EQ(after["layers"].size(), before["layers"].size());
    for (std::size_t i = 0; i < after["layers"].size(); ++i) {
      EXPECT_EQ(after["layers"][i]["digest"], before["layers"][i]["digest"]);
    }
  }
  done("validate " + docker);
  done("copy --format oci " + docker + " " + layout("back") + ":v1");
  EXPECT_EQ(done("digest " + layout("back") + ":v1"), done("digest " + source()));
}

TEST_F(CopyFormatTest, KeepsTheDigestOfWhatNeedsNoChange) {
  const std::string digest = done("digest " + source());
  EXPECT_EQ(done("copy --format oci " + source() + " app:v1"), digest);
  const std::string docker = done("copy --format docker app:v1 app:v2");
  EXPECT_EQ(done("copy --format v2s2 app:v2 " + layout("again") + ":v1"), docker);
}

TEST_F(CopyFormatTest, RefusesZstdInDockersFormatUnlessItIsPackedAnew) {
  const std::string zstd = layout("zstd") + ":v1";
  const std::string docker = layout("docker") + ":v1";
  done("copy --compression zstd " + source() + " " + zstd);
  const auto refused = bale("copy --format docker " + zstd + " " + docker);
  EXPECT_EQ(refused.status, 2) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("--compression gzip"));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "docker"));
  EXPECT_EQ(bale("copy --format docker --compression zstd " + source() + " " + docker).status, 2);
  done("copy --format docker --compression gzip " + zstd + " " + docker);
  done("validate " + docker);
}

TEST_F(CopyFormatTest, RefusesWhatAFormatCannotHold) {
  const std::string archive = "docker-archive:" + (scratch_ / "app.tar").string();
  EXPECT_EQ(bale("copy --format oci " + source() + " " + archive).status, 2);
  done("copy --format docker " + source() + " " + archive);
  FakeRegistry registry;
  const std::string image = "docker://" + registry.name("team/app:v1");
  done("copy " + source() + " " + image);
  write_text(scratch_ / "sbom.txt", "sbom");
  const std::string attached = done("attach " + image + " " + (scratch_ / "sbom.txt").string() +
                                    ":text/plain --artifact-type application/vnd.test");
  const std::string artifact = "docker://" + attached.substr(0, attached.find('\n'));
  const auto refused = bale("copy --format docker " + artifact + " " + layout("docker"));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.output, HasSubstr("is an artifact"));
}

TEST_F(CopyFormatTest, SaysWhatDockerLacks) {
  const std::string annotated = layout("annotated") + ":v1";
  done("mutate " + source() + " --annotation of.all=1 --annotation manifest:of.each=2 -t " +
       annotated);
  done("manifest annotate " + annotated + " --index --subject " + source());
  const PeerRun run = bale("copy --format docker " + annotated + " " + layout("docker") + ":v1");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("left out of.all, of.each, subject: Docker's"));
  EXPECT_THAT(document("--raw " + layout("docker") + ":v1").dump(), Not(HasSubstr("of.all")));
  EXPECT_THAT(bale("copy --format oci " + annotated + " " + layout("oci") + ":v1").output,
              Not(HasSubstr("left out")));
}

TEST_F(CopyFormatTest, MovesNoLayerWhereARegistryMountsThem) {
  FakeRegistry registry;
  const std::string from = "docker://" + registry.name("team/app:v1");
  const std::string to = "docker://" + registry.name("team/other:v1");
  done("copy " + source() + " " + from);
  std::filesystem::remove_all(store());
  registry.server().forget_requests();
  done("copy --format docker " + from + " " + to);
  std::size_t sent = 0;
  for (const auto& line : registry.server().lines()) {
    if (line.starts_with("PUT /v2/team/other/blobs/uploads/")) ++sent;
  }
  EXPECT_LE(sent, 2U) << "configs at most";
  done("validate " + to);
}

TEST_F(CopyFormatTest, SkopeoAndPodmanReadIt) {
  BALE_NEEDS_PEER("skopeo");
  BALE_NEEDS_PEER("podman");
  if (!DockerRegistry::is_installed()) GTEST_SKIP() << "docker-registry is not installed";
  const DockerRegistry registry;
  const std::string name = "docker://" + registry.host() + "/team/app:v1";
  done("copy --format docker " + source() + " " + name);
  const auto copied = run_peer("skopeo copy -q --all --src-tls-verify=false " + name +
                               " dir:" + (scratch_ / "dir").string());
  EXPECT_EQ(copied.status, 0) << copied.output;
  const std::string podman = "podman --storage-driver vfs --root " + (scratch_ / "root").string() +
                             " --runroot " + (scratch_ / "run").string();
  const auto pulled = run_peer(podman + " pull -q --tls-verify=false --arch arm64 " + name);
  ASSERT_EQ(pulled.status, 0) << pulled.output;
  const auto seen = run_peer(podman + " image inspect --format '{{.ManifestType}}' " +
                             name.substr(std::string("docker://").size()));
  EXPECT_THAT(seen.output, HasSubstr("application/vnd.docker.distribution.manifest.v2+json"));
  run_peer(podman + " rmi -a -f");
}

}  // namespace
}  // namespace bale::test
