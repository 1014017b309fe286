// SPDX-License-Identifier: Apache-2.0
// Images changed and held to what a release must be, as users of the program do both.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/document.h"
#include "oci/image_layout.h"
#include "tests/support/fake_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kBoth = "--platforms linux/amd64,linux/arm64";

class MutateTest : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    auto layout = oci::ImageLayout::create(scratch_ / "images");
    layout.set_tag("v1", test::add_index(layout, {"linux/amd64", "linux/arm64"}));
    ASSERT_EQ(bale("copy " + source() + " app:v1").status, 0);
  }
  std::string source() const { return "oci:" + (scratch_ / "images").string() + ":v1"; }
  json config(const std::string& name, const std::string& platform) const {
    const auto run = bale("inspect --config --platform " + platform + " " + name);
    EXPECT_EQ(run.status, 0) << run.output;
    return json::parse(run.output, nullptr, false);
  }
};

TEST_F(MutateTest, ChangesEveryPlatform) {
  const auto run = bale(
      "mutate app:v1 -t app:v2 --label a=b --env X=1 --user 7 --entrypoint "
      "'[\"/app\",\"-v\"]' --workdir /srv --expose 80/tcp --stop-signal TERM");
  ASSERT_EQ(run.status, 0) << run.output;
  for (const char* platform : {"linux/amd64", "linux/arm64"}) {
    const auto runtime = config("app:v2", platform)["config"];
    EXPECT_EQ(runtime["Labels"]["a"], "b");
    EXPECT_EQ(runtime["Env"], json{"X=1"});
    EXPECT_EQ(runtime["Entrypoint"], (json{"/app", "-v"}));
    EXPECT_EQ(runtime["StopSignal"], "TERM");
  }
  EXPECT_EQ(bale("validate app:v2").status, 0);
  EXPECT_EQ(bale("mutate app:v2 -t app:v3 --entrypoint '' --unset-env X").status, 0);
  EXPECT_FALSE(config("app:v3", "linux/arm64")["config"].contains("Entrypoint"));
}

TEST_F(MutateTest, WritesPortsAsDockerfilesMeanThem) {
  ASSERT_EQ(bale("mutate app:v1 -t app:v2 --expose 80-81/UDP --expose 443").status, 0);
  const auto ports = [&] { return config("app:v2", "linux/amd64")["config"]["ExposedPorts"]; };
  EXPECT_EQ(ports(), json::parse(R"({"80/udp": {}, "81/udp": {}, "443/tcp": {}})"));
  ASSERT_EQ(bale("mutate app:v2 -t app:v2 --unset-expose 443 --unset-expose 81/udp").status, 0);
  EXPECT_EQ(ports(), json::parse(R"({"80/udp": {}})"));
}

TEST_F(MutateTest, RefusesWhatNoContainerCouldStartWith) {
  for (const std::string option : {"--expose 80/foo", "--expose 99999", "--workdir srv",
                                   "--volume data", "--volume ''", "--stop-signal FOO"}) {
    const auto run = bale("mutate app:v1 -t app:v2 " + option);
    EXPECT_EQ(run.status, 2) << option << ": " << run.output;
    EXPECT_NE(bale("digest --offline app:v2").status, 0) << option;
  }
  EXPECT_EQ(bale("mutate app:v1 -t app:v2 --stop-signal SIGRTMIN+3 --workdir C:/app").status, 0);
}

TEST_F(MutateTest, AnnotatesWhatTheLevelNames) {
  ASSERT_EQ(bale("mutate app:v1 -t app:v2 --annotation index,manifest-descriptor:a=b").status, 0);
  const auto index = json::parse(bale("manifest inspect app:v2").output);
  EXPECT_EQ(index["annotations"]["a"], "b");
  EXPECT_EQ(index["manifests"][1]["annotations"]["a"], "b");
  EXPECT_EQ(bale("mutate app:v1 -t app:v3 --annotation layer:a=b").status, 2);
  ASSERT_EQ(bale("copy app:v1 app:one --platform linux/arm64").status, 0);
  EXPECT_EQ(bale("mutate app:one -t app:v3 --annotation index:a=b").status, 2);
}

TEST_F(MutateTest, SaysThatAnArtifactHasNoConfig) {
  auto layout = oci::ImageLayout::open(scratch_ / "images");
  oci::Manifest manifest{.artifact_type = "application/vnd.test",
                         .config = test::add_blob(layout, "{}", oci::media_type::kOciEmpty)};
  manifest.layers = {manifest.config};
  const auto document = oci::make_document(std::move(manifest));
  oci::write_blob(layout, document.descriptor, document.bytes);
  layout.set_tag("sbom", document.descriptor);
  const std::string artifact = "oci:" + path("images") + ":sbom";
  const auto run = bale("mutate " + artifact + " -t app:v2 --label a=b");
  EXPECT_EQ(run.status, 2) << run.output;
  EXPECT_THAT(run.output, HasSubstr("artifact"));
  EXPECT_EQ(bale("mutate " + artifact + " -t app:v2 --annotation a=b").status, 0);
}

TEST_F(MutateTest, ChangesOnePlatformAlone) {
  const auto before = config("app:v1", "linux/amd64");
  ASSERT_EQ(bale("mutate app:v1 -t app:v2 --platform linux/arm64 --label a=b").status, 0);
  EXPECT_EQ(config("app:v2", "linux/amd64"), before);
  EXPECT_EQ(config("app:v2", "linux/arm64")["config"]["Labels"]["a"], "b");
}

TEST_F(MutateTest, AppendsATar) {
  test::write_text(scratch_ / "new.tar", test::make_tar({{"new", "file"}}));
  const auto run = bale("mutate app:v1 -t app:v2 --append " + (scratch_ / "new.tar").string());
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(config("app:v2", "linux/arm64")["rootfs"]["diff_ids"].size(), 3U);
  EXPECT_EQ(bale("validate app:v2").status, 0);
}

TEST_F(MutateTest, MovesOnlyDocuments) {
  test::FakeRegistry registry;
  const std::string name = "docker://" + registry.name("team/app");
  ASSERT_EQ(bale("copy " + source() + " " + name + ":v1").status, 0);
  std::filesystem::remove_all(store());  // which has the image too
  registry.server().forget_requests();
  const auto run = bale("mutate " + name + ":v1 -t " + name + ":v2 -t other:v2 --label a=b");
  ASSERT_EQ(run.status, 0) << run.output;
  std::size_t blobs = 0;
  std::size_t uploads = 0;
  for (const auto& line : registry.server().lines()) {
    if (line.starts_with("GET /v2/team/app/blobs/sha256")) ++blobs;
    if (line.starts_with("PUT /v2/team/app/blobs/uploads/")) ++uploads;
  }
  EXPECT_EQ(blobs, 2U) << "two configs";
  EXPECT_EQ(uploads, 2U) << "two configs";
  EXPECT_EQ(config(name + ":v2", "linux/arm64")["config"]["Labels"]["a"], "b");
  EXPECT_THAT(bale("images").output, HasSubstr("remote layers"));
}

TEST_F(MutateTest, AsksTheSameRepositoryForNoLayer) {
  test::FakeRegistry registry;
  const std::string name = "docker://" + registry.name("team/app");
  ASSERT_EQ(bale("copy " + source() + " " + name + ":v1").status, 0);
  registry.server().forget_requests();
  const std::string command = "mutate " + name + ":v1 -t " + name + ":v2 --label a=b";
  const auto run = bale(command);
  ASSERT_EQ(run.status, 0) << run.output;
  for (const auto& line : registry.server().lines()) {
    EXPECT_FALSE(line.starts_with("HEAD /v2/team/app/blobs/")) << line;
  }
  EXPECT_EQ(digest_of(bale(command)), digest_of(run)) << "the same call, the same digest";
}

TEST_F(MutateTest, MountsLayersInAnotherRepository) {
  test::FakeRegistry registry;
  const std::string from = "docker://" + registry.name("team/app") + ":v1";
  const std::string to = "docker://" + registry.name("team/other") + ":v1";
  ASSERT_EQ(bale("copy " + source() + " " + from).status, 0);
  std::filesystem::remove_all(store());
  registry.server().forget_requests();
  ASSERT_EQ(bale("mutate " + from + " -t " + to + " --label a=b").status, 0);
  std::size_t opened = 0;
  std::size_t got = 0;
  std::size_t sent = 0;
  for (const auto& line : registry.server().lines()) {
    if (line.starts_with("POST /v2/team/other/blobs/uploads/")) ++opened;
    if (line.starts_with("GET /v2/team/app/blobs/")) ++got;
    if (line.starts_with("PUT /v2/team/other/blobs/uploads/")) ++sent;
  }
  EXPECT_EQ(opened, 5U) << "the base layer, one of each platform, and two configs";
  EXPECT_EQ(got, 2U) << "two configs";
  EXPECT_EQ(sent, 2U) << "two configs";
  EXPECT_EQ(bale("validate " + to).status, 0);
}

TEST_F(MutateTest, VerifiesARelease) {
  EXPECT_EQ(bale(std::string("verify app:v1 --max-size 1MB ") + kBoth).status, 0);
  const auto platforms = bale("verify app:v1 --platforms linux/amd64,linux/s390x");
  EXPECT_EQ(platforms.status, 7);
  EXPECT_THAT(platforms.output, HasSubstr("missing linux/s390x; not expected linux/arm64"));
  const auto size = bale(std::string("verify app:v1 --max-size 100 ") + kBoth);
  EXPECT_EQ(size.status, 7);
  EXPECT_THAT(size.output, HasSubstr("linux/arm64: "));
  const auto entrypoint = bale(std::string("verify app:v1 --entrypoint ") + kBoth);
  EXPECT_EQ(entrypoint.status, 7);
  EXPECT_THAT(entrypoint.output, HasSubstr("/hello"));
}

}  // namespace
}  // namespace bale
