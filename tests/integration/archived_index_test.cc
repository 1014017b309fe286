// SPDX-License-Identifier: Apache-2.0
// Indexes in archives, which are written anew at every change.
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/document.h"
#include "oci/fd.h"
#include "oci/image_layout.h"
#include "tests/support/manifest_test.h"
#include "tests/support/peer_tool.h"

namespace bale::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

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
    return run_peer("(cd " + scratch_.path().string() + " && " + BALE_PROGRAM +
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
  EXPECT_EQ(run_peer("gzip " + path("images.tar")).status, 0);
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
    EXPECT_EQ(run_peer("tar -C " + path("made") + " -cf " + path(archive) + " .").status, 0);
  }
  std::vector<std::string> blobs() const {
    const auto run = run_peer("tar -tf " + path("images.tar") + " | grep -o '[0-9a-f]*$' | sort");
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
  write_text(path("made/index.json"), index.dump());
  pack("images.tar");
  done("manifest create " + archived("new") + " " + image("s390x"));
  EXPECT_EQ(bale("manifest rm " + archived("new")).status, 0);
  const auto now = run_peer("tar -xOf " + path("images.tar") + " index.json");
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

}  // namespace
}  // namespace bale::test
