// SPDX-License-Identifier: Apache-2.0
// Artifacts as users of oras know them: attached, listed, fetched, copied to a layout and back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/image_layout.h"
#include "oci/referrers.h"
#include "oci/validate.h"
#include "tests/support/docker_registry.h"
#include "tests/support/fake_registry.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// The same for a registry with the referrers API, and for one without.
class Artifacts : public ProgramTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (GetParam() == std::string("docker-registry")) {
      BALE_NEEDS_PEER("docker-registry");
      real_.emplace();
      host_ = real_->host();
    } else {
      fake_.emplace();
      host_ = fake_->host();
    }
    ASSERT_EQ(build("FROM scratch\nCOPY a.txt /a.txt\n", "-t " + name("team/app:v1")).status, 0);
    ASSERT_EQ(bale("-q push " + name("team/app:v1")).status, 0);
    write_text(scratch_ / "sbom.json", R"({"spdxVersion":"SPDX-2.3"})");
    write_text(scratch_ / "notes.txt", "read me\n");
  }

  std::string name(const std::string& image) const { return host_ + "/" + image; }
  std::string remote(const std::string& image) const { return "docker://" + name(image); }

  std::string output_of(const std::string& arguments) const {
    const PeerRun run = bale("-q " + arguments);
    EXPECT_EQ(run.status, 0) << arguments << ": " << run.output;
    return run.output;
  }
  /// `HOST/REPO@sha256:…` of what was attached.
  std::string attached(const std::string& options) const {
    const std::string line = output_of("attach " + options);
    return line.substr(0, line.size() - 1);
  }
  std::string attach_sbom() const {
    return attached(remote("team/app:v1") + " " + path("sbom.json") + ":application/spdx+json " +
                    path("notes.txt") +
                    ":text/plain --artifact-type application/vnd.test.sbom"
                    " --annotation org.example.tool=scanner");
  }

  std::string image_digest() const {
    return output_of("digest " + remote("team/app:v1")).substr(0, 71);
  }

  std::optional<DockerRegistry> real_;
  std::optional<FakeRegistry> fake_;
  std::string host_;
};

TEST_P(Artifacts, KeepTypesTitlesAnnotationsAndSubject) {
  const json manifest = json::parse(output_of("inspect --raw docker://" + attach_sbom()));
  EXPECT_EQ(manifest["artifactType"], "application/vnd.test.sbom");
  EXPECT_EQ(manifest["config"]["mediaType"], "application/vnd.oci.empty.v1+json");
  EXPECT_EQ(manifest["annotations"]["org.example.tool"], "scanner");
  EXPECT_EQ(manifest["layers"][0]["mediaType"], "application/spdx+json");
  EXPECT_EQ(manifest["layers"][1]["annotations"]["org.opencontainers.image.title"], "notes.txt");
  EXPECT_EQ(manifest["subject"]["digest"].get<std::string>() + "\n",
            output_of("digest " + remote("team/app:v1")));
}

TEST_P(Artifacts, AreListedByTheirSubjectAndType) {
  const std::string artifact = attach_sbom();
  const json list = json::parse(output_of("referrers --json " + remote("team/app:v1")));
  ASSERT_EQ(list["referrers"].size(), 1U);
  EXPECT_THAT(artifact, ::testing::EndsWith(list["referrers"][0]["digest"].get<std::string>()));
  EXPECT_EQ(list["referrers"][0]["artifactType"], "application/vnd.test.sbom");
  EXPECT_EQ(list["referrers"][0]["annotations"]["org.example.tool"], "scanner");
  EXPECT_EQ(output_of("referrers --artifact-type application/other " + remote("team/app:v1")), "");
}

TEST_P(Artifacts, MayReferToAnImageWithoutATag) {
  std::string digest = output_of("digest " + remote("team/app:v1"));
  digest.pop_back();
  attached(remote("team/app@" + digest) + " " + path("notes.txt") + " --artifact-type text/x");
  EXPECT_THAT(output_of("referrers " + remote("team/app@" + digest)), HasSubstr("text/x"));
}

TEST_P(Artifacts, GiveTheirFilesBack) {
  const json manifest = json::parse(output_of("inspect --raw docker://" + attach_sbom()));
  const std::string blob = manifest["layers"][1]["digest"];
  EXPECT_EQ(output_of("blob get " + remote("team/app@" + blob)), "read me\n");
  output_of("blob get -o " + path("back") + " " + remote("team/app@" + blob));
  EXPECT_EQ(run_peer("cmp " + path("back") + " " + path("notes.txt")).status, 0);
}

TEST_P(Artifacts, GoToALayoutAndBack) {
  const std::string artifact = attach_sbom();
  const std::string digest = artifact.substr(artifact.find("sha256:"));
  const std::string layout = "oci:" + path("layout");
  output_of("copy docker://" + artifact + " " + layout + ":sbom");
  EXPECT_EQ(output_of("validate " + layout + ":sbom"), "");
  output_of("copy " + layout + ":sbom " + remote("copy:sbom"));
  EXPECT_EQ(output_of("digest " + remote("copy:sbom")), digest + "\n");
}

TEST_P(Artifacts, GoToTheStoreAndOut) {
  const std::string artifact = attach_sbom();
  const std::string digest = artifact.substr(artifact.find("sha256:"));
  output_of("pull " + artifact);
  output_of("push " + artifact + " --to " + remote("copy:sbom"));
  EXPECT_EQ(output_of("digest " + remote("copy:sbom")), digest + "\n");
}

TEST_P(Artifacts, FollowTheirImageToAnotherRepository) {
  attach_sbom();
  output_of("copy --referrers " + remote("team/app:v1") + " " + remote("copy:v1"));
  EXPECT_THAT(output_of("referrers " + remote("copy:v1")), HasSubstr("application/vnd.test.sbom"));
}

TEST_P(Artifacts, FollowTheirImageToALayoutAndFromThere) {
  attach_sbom();
  const std::string signature = oci::referrers_tag(oci::Digest::parse(image_digest())) + ".sig";
  output_of("copy " + remote("team/app:v1") + " oci:" + path("first"));
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /sig\n", "-t " + name("team/app:" + signature)).status,
            0);
  output_of("push " + name("team/app:" + signature));
  for (int round = 0; round < 2; ++round) {  // nothing comes twice
    output_of("copy --referrers " + remote("team/app:v1") + " oci:" + path("first"));
  }
  EXPECT_EQ(oci::ImageLayout::open(path("first")).index().manifests.size(), 3U);
  EXPECT_THAT(oci::validate_layout(path("first")), ::testing::IsEmpty());
  EXPECT_EQ(output_of("digest oci:" + path("first")), image_digest() + "\n");
  output_of("copy --referrers oci:" + path("first") + "@" + image_digest() +
            " oci:" + path("second") + ":v1");
  output_of("copy --referrers oci:" + path("second") + ":v1 " + remote("copy:v1"));
  EXPECT_THAT(output_of("referrers " + remote("copy:v1")), HasSubstr("application/vnd.test.sbom"));
  EXPECT_EQ(output_of("digest " + remote("copy:" + signature)),
            output_of("digest " + remote("team/app:" + signature)));
}

TEST_P(Artifacts, MayStandAloneUnderATag) {
  attached("--no-subject " + remote("files:v1") + " " + path("notes.txt") +
           ":text/plain --artifact-type application/vnd.test.notes");
  const json manifest = json::parse(output_of("inspect --raw " + remote("files:v1")));
  EXPECT_FALSE(manifest.contains("subject"));
  EXPECT_EQ(manifest["artifactType"], "application/vnd.test.notes");
  EXPECT_EQ(output_of("blob get " +
                      remote("files@" + manifest["layers"][0]["digest"].get<std::string>())),
            "read me\n");
  EXPECT_EQ(bale("-q attach --no-subject " + remote("files") + "@sha256:" + std::string(64, '0') +
                 " " + path("notes.txt") + " --artifact-type a/b")
                .status,
            2);
}

INSTANTIATE_TEST_SUITE_P(Registries, Artifacts,
                         ::testing::Values("docker-registry", "with the referrers API"),
                         [](const auto& chosen) { return chosen.index == 0 ? "docker" : "api"; });

}  // namespace
}  // namespace bale::test
