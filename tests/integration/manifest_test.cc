// SPDX-License-Identifier: Apache-2.0
// Indexes by hand, as users of the program make them: in the store, in layouts, in registries.
#include "tests/support/manifest_test.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/media_type.h"
#include "oci/validate.h"
#include "tests/support/fake_registry.h"

namespace bale::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ManifestTest, TheSameSourcesGiveTheSameDigestInAnyOrderAndPlace) {
  const std::string digest =
      done("manifest create app:v1 " + image("arm64") + " " + image("amd64"));
  EXPECT_EQ(done("manifest create app:v1 " + image("amd64") + " " + image("arm64")), digest);
  EXPECT_EQ(done("manifest create app:v1 app:v1"), digest);
  const std::string layout = "oci:" + (scratch_ / "made").string() + ":app";
  EXPECT_EQ(done("manifest create " + layout + " " + image("amd64") + " " + image("arm64")),
            digest);
  EXPECT_THAT(oci::validate_layout(scratch_ / "made"), IsEmpty());
  EXPECT_EQ(bale("validate app:v1").status, 0);
  EXPECT_THAT(platforms("app:v1"), ElementsAre("amd64", "arm64"));
}

TEST_F(ManifestTest, AddsAnnotatesAndRemoves) {
  done("manifest create app:v1");
  const std::string once = done("manifest add app:v1 --annotation a=b " + image("s390x"));
  EXPECT_EQ(done("manifest add app:v1 --annotation a=b " + image("s390x")), once);
  done("manifest add app:v1 " + image("amd64"));
  EXPECT_THAT(platforms("app:v1"), ElementsAre("amd64", "s390x"));
  done("manifest annotate app:v1 --variant v3 --os-features x,y " + image("amd64"));
  done("manifest annotate --index app:v1 --annotation team=core --artifact-type application/x");
  const auto index = json::parse(bale("manifest inspect app:v1").output);
  EXPECT_EQ(index["manifests"][0]["platform"]["variant"], "v3");
  EXPECT_EQ(index["manifests"][0]["platform"]["os.features"], (json{"x", "y"}));
  EXPECT_EQ(index["manifests"][1]["annotations"]["a"], "b");
  EXPECT_EQ(index["annotations"]["team"], "core");
  EXPECT_EQ(index["artifactType"], "application/x");
  done("manifest remove app:v1 " + image("amd64"));
  EXPECT_THAT(platforms("app:v1"), ElementsAre("s390x"));
}

TEST_F(ManifestTest, RefusesAnArtifactTypeThatIsNoMediaType) {
  done("manifest create app:v1");
  for (const std::string type : {"sbom", "application/", "'a b/c'"}) {
    const auto run = bale("manifest annotate --index app:v1 --artifact-type " + type);
    EXPECT_EQ(run.status, 2) << type;
    EXPECT_THAT(run.output, HasSubstr("not a media type"));
  }
}

TEST_F(ManifestTest, ToldByItsStatusWhetherThereIsOne) {
  EXPECT_EQ(bale("manifest exists app:v1 --offline").status, 5);
  done("manifest create app:v1 " + image("amd64"));
  EXPECT_EQ(bale("manifest exists app:v1").status, 0);
  EXPECT_EQ(bale("manifest exists " + image("amd64")).status, 5);
  EXPECT_EQ(bale("manifest rm app:v1").status, 0);
  EXPECT_EQ(bale("manifest rm app:v1").status, 5);
  EXPECT_EQ(bale("manifest add app:v1 " + image("amd64")).status, 5);
  const auto layout = scratch_ / "none";
  EXPECT_EQ(bale("manifest add oci:" + layout.string() + ":v1 " + image("amd64")).status, 5);
  EXPECT_FALSE(std::filesystem::exists(layout));
}

TEST_F(ManifestTest, HoldsTheSetOfPlatformsToWhatIsExpected) {
  const auto run = bale("manifest create app:v1 --expect-platforms linux/amd64,linux/arm64 " +
                        image("amd64") + " " + image("s390x"));
  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.output, HasSubstr("missing linux/arm64; not expected linux/s390x"));
  EXPECT_FALSE(has_images());
  done("manifest create app:v1 --expect-platforms linux/s390x " + image("s390x"));
}

TEST_F(ManifestTest, KeepsAPlatformFromBeingLost) {
  const std::string both = done("manifest create app:v1 " + image("amd64") + " " + image("arm64"));
  const auto run = bale("manifest create app:v1 " + image("amd64"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("--force"));
  EXPECT_EQ(done("manifest create app:v1 app:v1"), both);
  done("manifest create --force app:v1 " + image("amd64"));
}

TEST_F(ManifestTest, ShowsWhatItWouldWrite) {
  const auto run = bale("manifest create app:v1 --dry-run " + image("amd64"));
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(json::parse(run.output)["manifests"].size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(ManifestTest, RefusesAPlatformWhereAnArchitectureBelongs) {
  done("manifest create app:v1");
  const auto run = bale("manifest add app:v1 --arch linux/arm64 " + image("amd64"));
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, HasSubstr("linux"));
}

TEST_F(ManifestTest, ManyProcessesAddToOneIndex) {
  for (const std::string& name : {std::string("app:v1"), "oci:" + path("made") + ":app",
                                  "oci-archive:" + path("made.tar") + ":app"}) {
    done("manifest create " + name);
    std::vector<std::thread> jobs;
    for (const char* arch : {"amd64", "arm64", "s390x"}) {
      jobs.emplace_back([this, name, arch] { done("manifest add " + name + " " + image(arch)); });
    }
    for (auto& job : jobs) job.join();
    EXPECT_THAT(platforms(name), ElementsAre("amd64", "arm64", "s390x"));
  }
}

/// A layout and an archive, named without a tag.
class UntaggedIndexTest : public ManifestTest, public testing::WithParamInterface<const char*> {
 protected:
  std::string name() const { return GetParam() + path("made"); }
};

INSTANTIATE_TEST_SUITE_P(InHand, UntaggedIndexTest, testing::Values("oci:", "oci-archive:"),
                         [](const auto& test) { return test.index == 0 ? "Layout" : "Archive"; });

TEST_P(UntaggedIndexTest, IsTheOnlyOneThatThereIs) {
  done("manifest create " + name() + ":v1 " + image("amd64"));
  done("manifest add " + name() + " " + image("arm64"));
  done("manifest annotate " + name() + " --index --annotation a=b");
  done("manifest remove " + name() + " " + image("amd64"));
  EXPECT_THAT(platforms(name() + ":v1"), ElementsAre("arm64"));
  EXPECT_THAT(platforms(name()), ElementsAre("arm64"));
  done("manifest rm " + name());
  EXPECT_EQ(bale("manifest exists " + name() + ":v1").status, 5);
}

TEST_P(UntaggedIndexTest, IsNotGuessedAmongSeveral) {
  done("manifest create " + name() + ":v1 -t " + name() + ":v2 " + image("amd64"));
  for (const std::string& edit : {"add " + name() + " " + image("arm64"), "rm " + name()}) {
    const auto run = bale("manifest " + edit);
    EXPECT_EQ(run.status, 2) << edit;
    EXPECT_THAT(run.output, HasSubstr("has 2 images\n  hint: name one of v1, v2"));
  }
  EXPECT_THAT(platforms(name() + ":v1"), ElementsAre("amd64"));
}

TEST_P(UntaggedIndexTest, HasNoNameWhereItIsMade) {
  done("manifest create " + name() + ":v1 " + image("amd64"));
  done("manifest create " + name() + " " + image("arm64"));
  EXPECT_THAT(platforms(name() + ":v1"), ElementsAre("amd64"));
  done("manifest add " + name() + " " + image("s390x"));
  EXPECT_THAT(platforms(name()), ElementsAre("arm64", "s390x"));
}

TEST_P(UntaggedIndexTest, IsMissedWhereThereIsNone) {
  const auto run = bale("manifest add " + name() + " " + image("amd64"));
  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.output, HasSubstr("bale manifest create"));
}

TEST_F(ManifestTest, RemovesAllOrNothing) {
  done("manifest create app:v1 " + image("amd64"));
  EXPECT_EQ(bale("manifest rm app:v1 app:nowhere").status, 5);
  EXPECT_EQ(bale("manifest exists app:v1").status, 0);
}

class RegistryManifestTest : public ManifestTest {
 protected:
  void SetUp() override {
    ManifestTest::SetUp();
    for (const char* arch : {"amd64", "arm64", "s390x"}) {
      ASSERT_EQ(bale("copy " + image(arch) + " " + remote(arch)).status, 0);
    }
    std::filesystem::remove_all(store());  // with what it remembers of the pushes
    registry_.server().forget_requests();
  }
  std::string remote(const std::string& tag, const std::string& repository = "team/app") {
    return "docker://" + registry_.name(repository) + ":" + tag;
  }
  std::size_t count(const std::string& method) {
    const auto lines = registry_.server().lines();
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(),
                      [&](const auto& line) { return line.starts_with(method + " "); }));
  }

  FakeRegistry registry_;
};

TEST_F(RegistryManifestTest, JoinsPushedImagesWithoutMovingABlob) {
  const std::string create = "manifest create " + remote("v1") + " -t " + remote("1") + " -t " +
                             remote("latest") + " " + remote("amd64") + " " + remote("arm64");
  const std::string digest = done(create);
  const auto lines = registry_.server().lines();
  EXPECT_EQ(count("PUT"), 3U);
  EXPECT_EQ(count("POST"), 0U);
  // Of each source its manifest and its config; of each tag what it was.
  EXPECT_EQ(count("GET"), 2U * 2U + 3U) << testing::PrintToString(lines);
  EXPECT_EQ(registry_.manifest("team/app", "v1"), registry_.manifest("team/app", "latest"));
  EXPECT_THAT(platforms(remote("1")), ElementsAre("amd64", "arm64"));
  EXPECT_FALSE(std::filesystem::exists(store()));

  registry_.server().forget_requests();
  EXPECT_EQ(done(create), digest);
  EXPECT_EQ(count("PUT"), 0U);
}

TEST_F(RegistryManifestTest, MountsFromAnotherRepository) {
  done("manifest create " + remote("v1", "other/app") + " " + remote("amd64"));
  EXPECT_EQ(count("PATCH"), 0U);
  EXPECT_THAT(platforms(remote("v1", "other/app")), ElementsAre("amd64"));
}

TEST_F(RegistryManifestTest, FindsADigestWhereTheIndexGoes) {
  const auto digest = done("copy " + image("arm64") + " " + remote("arm64"));
  done("manifest create " + remote("v1") + " " + digest);
  EXPECT_THAT(platforms(remote("v1")), ElementsAre("arm64"));
}

TEST_F(RegistryManifestTest, TakesMetadataOfBuilds) {
  const auto digest = done("copy " + image("arm64") + " " + remote("arm64"));
  write_text(scratch_ / "a.json", R"({"containerimage.digest":")" + digest + R"(","image.name":")" +
                                      registry_.name("team/app") + R"("})");
  done("manifest create " + remote("v1") + " " + (scratch_ / "a.json").string() + " " +
       remote("amd64"));
  EXPECT_THAT(platforms(remote("v1")), ElementsAre("amd64", "arm64"));
}

TEST_F(RegistryManifestTest, FetchesNoLayerIntoTheStore) {
  done("manifest create app:v1 " + remote("amd64") + " " + remote("arm64"));
  EXPECT_THAT(bale("images").output, HasSubstr("remote layers"));
  EXPECT_EQ(count("GET"), 4U);
  registry_.server().forget_requests();
  done("manifest push app:v1 " + remote("v2"));
  EXPECT_EQ(count("PATCH"), 0U);
  EXPECT_EQ(count("PUT"), 1U);  // of the manifest: no upload was ended by one
  EXPECT_THAT(platforms(remote("v2")), ElementsAre("amd64", "arm64"));
}

TEST_F(RegistryManifestTest, LayersThatAreExportedStayInTheStore) {
  done("manifest create app:v1 " + remote("amd64") + " " + remote("arm64"));
  const std::string part = "oci:" + (scratch_ / "part").string() + ":v1";
  done("copy app:v1 " + part + " --platform linux/arm64");
  EXPECT_THAT(bale("images").output, HasSubstr("remote layers"));
  done("copy app:v1 oci:" + (scratch_ / "whole").string() + ":v1");
  EXPECT_THAT(bale("images").output, Not(HasSubstr("remote layers")));
  registry_.server().forget_requests();
  done("copy --offline app:v1 oci:" + (scratch_ / "again").string() + ":v1");
  EXPECT_TRUE(registry_.server().lines().empty());
  done("validate oci:" + store().string());
}

TEST_F(RegistryManifestTest, NoticesARivalThatWroteAfterIt) {
  done("manifest create " + remote("v1"));
  bool raced = false;
  const std::string empty = registry_.manifest("team/app", "v1").value();
  registry_.intercept([&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (raced || request.line() != "HEAD /v2/team/app/manifests/v1") return std::nullopt;
    raced = true;  // somebody who had read the index before puts it back without our entry
    registry_.add_manifest("team/app", "v1", oci::media_type::kOciIndex, empty);
    return std::nullopt;
  });
  done("manifest add " + remote("v1") + " " + remote("amd64"));
  EXPECT_TRUE(raced);
  EXPECT_THAT(platforms(remote("v1")), ElementsAre("amd64"));
}

TEST_F(RegistryManifestTest, WritesOnlyWhatNobodyChangedWhereTheRegistryCanTell) {
  done("manifest create " + remote("v1"));
  bool raced = false;
  registry_.intercept([&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    const bool put = request.line() == "PUT /v2/team/app/manifests/v1";
    if (put && !raced) {
      raced = true;
      return HttpAnswer{.status = 412};
    }
    return std::nullopt;
  });
  done("manifest add " + remote("v1") + " " + remote("amd64"));
  EXPECT_TRUE(raced);
  EXPECT_THAT(platforms(remote("v1")), ElementsAre("amd64"));
}

TEST_F(RegistryManifestTest, RemovesATag) {
  done("manifest create " + remote("v1") + " " + remote("amd64"));
  EXPECT_EQ(bale("manifest rm " + remote("v1")).status, 0);
  EXPECT_EQ(registry_.manifest("team/app", "v1"), std::nullopt);
}

}  // namespace
}  // namespace bale::test
