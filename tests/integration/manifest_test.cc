// SPDX-License-Identifier: Apache-2.0
// Indexes by hand, as users of the program make them: in the store, in layouts, in archives, in
// registries.
#include <algorithm>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/document.h"
#include "oci/fd.h"
#include "oci/image.h"
#include "oci/image_layout.h"
#include "oci/validate.h"
#include "tests/support/fake_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class ManifestTest : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    auto layout = oci::ImageLayout::create(images());
    for (const char* arch : {"amd64", "arm64", "s390x"}) {
      layout.set_tag(arch, test::add_image(layout, std::string("linux/") + arch));
    }
  }
  std::filesystem::path images() const { return scratch_ / "images"; }
  std::string image(const std::string& arch) const {
    return "oci:" + images().string() + ":" + arch;
  }

  /// The platforms of an index, as its JSON has them.
  std::vector<std::string> platforms(const std::string& name) const {
    const auto run = bale("manifest inspect " + name);
    EXPECT_EQ(run.status, 0) << run.output;
    std::vector<std::string> found;
    const json index = json::parse(run.output, nullptr, false);
    if (!index.is_object()) return found;
    for (const auto& entry : index["manifests"]) found.push_back(entry["platform"]["architecture"]);
    return found;
  }
  /// The digest that a command printed.
  std::string done(const std::string& arguments) const {
    const auto run = bale(arguments);
    EXPECT_EQ(run.status, 0) << arguments << ": " << run.output;
    const auto start = run.output.rfind("sha256:");
    return start == std::string::npos ? run.output : run.output.substr(start, 71);
  }
};

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

TEST_F(ManifestTest, ToldByItsStatusWhetherThereIsOne) {
  EXPECT_EQ(bale("manifest exists app:v1 --offline").status, 5);
  done("manifest create app:v1 " + image("amd64"));
  EXPECT_EQ(bale("manifest exists app:v1").status, 0);
  EXPECT_EQ(bale("manifest exists " + image("amd64")).status, 5);
  EXPECT_EQ(bale("manifest rm app:v1").status, 0);
  EXPECT_EQ(bale("manifest rm app:v1").status, 5);
  EXPECT_EQ(bale("manifest add app:v1 " + image("amd64")).status, 5);
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

TEST_F(ManifestTest, RemovesAllOrNothing) {
  done("manifest create app:v1 " + image("amd64"));
  EXPECT_EQ(bale("manifest rm app:v1 app:nowhere").status, 5);
  EXPECT_EQ(bale("manifest exists app:v1").status, 0);
}

class ArchivedIndexTest : public ManifestTest {
 protected:
  std::string archived(const std::string& tag) const {
    return "oci-archive:" + path("images.tar") + ":" + tag;
  }
  std::string content() const { return oci::read_file(path("images.tar"), 1 << 20); }
};

TEST_F(ArchivedIndexTest, GoesThroughAllThatAnIndexCan) {
  const std::string sources = image("amd64") + " " + image("arm64");
  const std::string digest = done("manifest create app:v1 " + sources);
  EXPECT_EQ(done("manifest create " + archived("v1") + " -t " + archived("v2") + " " + sources),
            digest);
  done("manifest add " + archived("v2") + " " + image("s390x"));
  done("manifest annotate " + archived("v2") + " --index --annotation a=b");
  done("manifest remove " + archived("v2") + " " + image("amd64"));
  EXPECT_THAT(platforms(archived("v1")), ElementsAre("amd64", "arm64"));
  EXPECT_THAT(platforms(archived("v2")), ElementsAre("arm64", "s390x"));
  EXPECT_EQ(done("digest " + archived("v1")), digest);
  for (const char* tag : {"v1", "v2"}) EXPECT_EQ(bale("validate " + archived(tag)).output, "");
}

TEST_F(ArchivedIndexTest, KeepsWhatElseTheArchiveHas) {
  done("copy " + image("s390x") + " " + archived("single"));
  const std::string digest = done("digest " + archived("single"));
  done("manifest create " + archived("v1") + " " + archived("single") + " " + image("amd64"));
  EXPECT_EQ(done("digest " + archived("single")), digest);
  done("manifest rm " + archived("v1"));
  EXPECT_EQ(bale("manifest exists " + archived("v1")).status, 5);
  EXPECT_EQ(done("digest " + archived("single")), digest);
}

TEST_F(ArchivedIndexTest, TheFileMayBePackedALinkOrInTheFolderAtHand) {
  namespace fs = std::filesystem;
  const auto at_hand = [this](const std::string& arguments) {
    return test::run_peer("(cd " + scratch_.path().string() + " && " + BALE_PROGRAM +
                          " -q --store store " + arguments + ")");
  };
  const auto made = at_hand("manifest create oci-archive:images.tar:v1 " + image("amd64"));
  EXPECT_EQ(made.status, 0) << made.output;
  fs::permissions(path("images.tar"), fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("images.tar", path("link.tar"));
  EXPECT_EQ(at_hand("manifest add oci-archive:link.tar:v1 " + image("arm64")).status, 0);
  EXPECT_TRUE(fs::is_symlink(path("link.tar")));
  EXPECT_EQ(fs::status(path("images.tar")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(test::run_peer("gzip " + path("images.tar")).status, 0);
  fs::rename(path("images.tar.gz"), path("images.tar"));
  EXPECT_EQ(at_hand("manifest add oci-archive:images.tar:v1 " + image("s390x")).status, 0);
  EXPECT_THAT(platforms(archived("v1")), ElementsAre("amd64", "arm64", "s390x"));
  EXPECT_EQ(at_hand("manifest rm oci-archive:link.tar:v1").status, 0);
  EXPECT_FALSE(fs::exists(path("images.tar")));
}

TEST_F(ArchivedIndexTest, GoesWithItsFileWhenItIsTheLast) {
  done("manifest create " + archived("v1") + " " + image("amd64"));
  done("manifest rm " + archived("v1"));
  EXPECT_FALSE(std::filesystem::exists(path("images.tar")));
}

TEST_F(ArchivedIndexTest, StaysAsItWasWhereAChangeFails) {
  done("manifest create " + archived("v1") + " " + image("amd64"));
  const std::string before = content();
  EXPECT_EQ(bale("manifest add " + archived("v1") + " " + image("riscv64")).status, 5);
  EXPECT_EQ(bale("manifest annotate " + archived("v1") +
                 " --annotation a=b sha256:" + std::string(64, '0'))
                .status,
            5);
  done("manifest add " + archived("v1") + " --dry-run " + image("arm64"));
  done("manifest add " + archived("v1") + " " + image("amd64"));  // has it already
  EXPECT_TRUE(content() == before);
}

/// Beside a whole image in an archive, an index of which the image for arm64 is not there.
class SparseArchiveTest : public ArchivedIndexTest {
 protected:
  void SetUp() override {
    ArchivedIndexTest::SetUp();
    done("manifest create oci:" + path("made") + ":sparse " + image("amd64") + " " +
         image("arm64"));
    done("copy " + image("amd64") + " oci:" + path("made") + ":whole");
    auto layout = oci::ImageLayout::open(path("made"));
    const auto arm64 = oci::ImageLayout::open(images()).resolve("arm64");
    const auto manifest = oci::read_manifest(layout, arm64).value;
    for (const auto& blob : {arm64, manifest.config, manifest.layers.back()}) {
      EXPECT_TRUE(layout.remove_blob(blob.digest));
    }
    pack("images.tar");
  }
  void pack(const std::string& archive) const {
    EXPECT_EQ(test::run_peer("tar -C " + path("made") + " -cf " + path(archive) + " .").status, 0);
  }
  std::vector<std::string> blobs() const {
    const auto run =
        test::run_peer("tar -tf " + path("images.tar") + " | grep -o '[0-9a-f]*$' | sort");
    std::vector<std::string> names;
    std::istringstream lines(run.output);
    for (std::string line; std::getline(lines, line);) {
      if (line.size() == 64) names.push_back(line);
    }
    return names;
  }
};

TEST_F(SparseArchiveTest, IsLeftAsItIsByEditsOfOtherImages) {
  const auto before = blobs();
  ASSERT_FALSE(before.empty());
  const std::string digest = done("digest " + archived("sparse"));
  done("manifest create " + archived("new") + " " + image("s390x"));
  done("manifest annotate " + archived("new") + " --index --annotation a=b");
  EXPECT_EQ(done("digest " + archived("sparse")), digest);
  EXPECT_EQ(bale("validate " + archived("new")).output, "");
  EXPECT_EQ(bale("validate " + archived("whole")).output, "");
  EXPECT_EQ(bale("manifest rm " + archived("new")).status, 0);
  EXPECT_EQ(blobs(), before);
}

TEST_F(SparseArchiveTest, IsEditedAndCompleted) {
  done("manifest annotate " + archived("sparse") + " --index --annotation a=b");
  EXPECT_EQ(bale("validate " + archived("sparse")).status, 7);
  const std::string digest = done("digest " + archived("sparse"));
  EXPECT_EQ(done("manifest add " + archived("sparse") + " " + image("arm64")), digest);
  EXPECT_EQ(bale("validate " + archived("sparse")).output, "");
}

TEST_F(SparseArchiveTest, IsNamedWhereAnEditNeedsWhatItLacks) {
  done("manifest create oci-archive:" + path("other.tar") + ":v1 " + image("s390x"));
  const std::string before = content();
  for (const char* into : {"other.tar", "images.tar"}) {
    const auto run =
        bale("manifest create oci-archive:" + path(into) + ":v2 " + archived("sparse"));
    EXPECT_EQ(run.status, 5);
    EXPECT_THAT(run.output, HasSubstr("no blob sha256:"));
    EXPECT_THAT(run.output, HasSubstr("in " + path("images.tar")));
  }
  EXPECT_TRUE(content() == before);
}

TEST_F(SparseArchiveTest, KeepsWhatOthersWroteIntoItsIndex) {
  json index = json::parse(oci::read_file(path("made/index.json"), 1 << 20));
  index["x.ours"] = {{"n", 1.5}};
  for (auto& entry : index["manifests"]) entry["x.entry"] = "kept";
  test::write_text(path("made/index.json"), index.dump());
  pack("images.tar");
  done("manifest create " + archived("new") + " " + image("s390x"));
  EXPECT_EQ(bale("manifest rm " + archived("new")).status, 0);
  const auto now = test::run_peer("tar -xOf " + path("images.tar") + " index.json");
  EXPECT_EQ(json::parse(now.output), index);
}

TEST_F(ArchivedIndexTest, IsRefusedWhereNoFileCanKeepIt) {
  for (const std::string& name :
       {std::string("-"), std::string("oci-archive:-"), "oci-archive:" + scratch_.path().string(),
        "docker-archive:" + path("docker.tar")}) {
    const auto run = bale("manifest create " + name + " " + image("amd64"));
    EXPECT_EQ(run.status, 2) << name;
    EXPECT_THAT(run.output, HasSubstr("index")) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(path("docker.tar")));
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

  test::FakeRegistry registry_;
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
  test::write_text(scratch_ / "a.json", R"({"containerimage.digest":")" + digest +
                                            R"(","image.name":")" + registry_.name("team/app") +
                                            R"("})");
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
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
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
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    const bool put = request.line() == "PUT /v2/team/app/manifests/v1";
    if (put && !raced) {
      raced = true;
      return test::HttpAnswer{.status = 412};
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
}  // namespace bale
