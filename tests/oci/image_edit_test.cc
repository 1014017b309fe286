// SPDX-License-Identifier: Apache-2.0
#include "oci/image_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/image.h"
#include "oci/index_edit.h"
#include "oci/validate.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(EditedConfig, SetsAndUnsetsAndKeepsWhatItDoesNotKnow) {
  ImageEdit edit{.env = {"A=2", "C=3"},
                 .labels = {{"new", "1"}},
                 .entrypoint = {{"/app", "--x"}},
                 .cmd = std::vector<std::string>{},
                 .user = "7",
                 .exposed_ports = {"80/tcp"},
                 .unset_env = {"B"},
                 .unset_labels = {"old"}};
  EXPECT_EQ(
      edited_config(R"({"os":"linux","moby.x":[1],"config":{"Env":["A=1","B=1"],"Cmd":["sh"],)"
                    R"("Labels":{"old":"x"},"Odd":null}})",
                    edit),
      R"({"os":"linux","moby.x":[1],"config":{"Env":["A=2","C=3"],"Labels":{"new":"1"},)"
      R"("Odd":null,"ExposedPorts":{"80/tcp":{}},"Entrypoint":["/app","--x"],"User":"7"}})");
}

TEST(EditedConfig, LeavesEveryByteWhereNothingChanges) {
  const std::string text = "{ \"os\": \"linux\" , \"config\":{\"Env\":[\"A=1\"]}}";
  EXPECT_EQ(edited_config(text, {}), text);
  EXPECT_EQ(edited_config(text, {.env = {"A=1"}, .unset_labels = {"x"}}), text);
  EXPECT_EQ(edited_config("{\"os\": \"linux\"}", {}), "{\"os\": \"linux\"}");
}

TEST(EditedConfig, RefusesWhatIsNoConfig) {
  EXPECT_THROW(edited_config("[]", {}), Error);
  EXPECT_THROW(edited_config(R"({"config":{"Env":"A=1"}})", {.env = {"A=2"}}), Error);
}

class EditImage : public testing::Test {
 protected:
  EditImage() {
    Index index;
    for (const char* platform : {"linux/amd64", "linux/arm64"}) {
      const auto image = test::add_image(*store_, platform);
      index.manifests.push_back(image);
      auto attestation = test::add_image(*store_, platform, "attests");
      attestation.platform = Platform{"unknown", "unknown", "", "", {}};
      attestation.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                                 {"vnd.docker.reference.digest", image.digest.to_string()}};
      index.manifests.push_back(attestation);
    }
    index.manifests = canonical_order(std::move(index.manifests));
    const auto document = make_document(std::move(index));
    write_blob(*store_, document.descriptor, document.bytes);
    root_.push_back(document.descriptor);
  }
  const Descriptor& root() const { return root_.front(); }
  Index index(const Descriptor& descriptor) const { return read_index(cache_, descriptor).value; }
  ImageConfig config(const Descriptor& image) const {
    return read_image(cache_, image).config.value;
  }

  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
  DocumentCache cache_{store_};
  std::vector<Descriptor> root_;
};

TEST_F(EditImage, ReachesEveryPlatformAndDropsWhatAttestedTheOldOnes) {
  const auto edited = edit_image(cache_, root(), {.labels = {{"a", "b"}}});
  const auto entries = index(edited.root).manifests;
  ASSERT_EQ(entries.size(), 2U);
  for (const auto& entry : entries) EXPECT_EQ(config(entry).config.labels.at("a"), "b");
  EXPECT_EQ(entries[1].platform->to_string(), "linux/arm64");
  EXPECT_EQ(edited.dropped_attestations.size(), 2U);
  EXPECT_THAT(validate_image(cache_, edited.root), IsEmpty());
  EXPECT_EQ(edit_image(cache_, edited.root, {.labels = {{"a", "b"}}}).root.digest,
            edited.root.digest);
}

TEST_F(EditImage, LeavesPlatformsThatWereNotNamed) {
  const auto before = index(root()).manifests;
  const auto edited =
      edit_image(cache_, root(), {.env = {"A=1"}}, {Platform::parse("linux/arm64")});
  const auto entries = index(edited.root).manifests;
  EXPECT_EQ(entries[0], before[0]);
  EXPECT_NE(entries[1].digest, before[1].digest);
  EXPECT_EQ(edited.dropped_attestations.size(), 1U);
  EXPECT_THROW(edit_image(cache_, root(), {}, {Platform::parse("linux/s390x")}), Error);
}

TEST_F(EditImage, AnIndexAnnotationLeavesImagesAndAttestations) {
  const auto edited = edit_image(cache_, root(), {.index_annotations = {{"a", "b"}}});
  EXPECT_EQ(index(edited.root).manifests, index(root()).manifests);
  EXPECT_EQ(index(edited.root).annotations.at("a"), "b");
  EXPECT_THAT(edited.dropped_attestations, IsEmpty());
}

TEST_F(EditImage, AppendsLayersWithTheirHistory) {
  const std::string tar = test::make_tar({{"new", "file"}});
  const auto layer = test::add_blob(*store_, tar, media_type::kOciLayer);
  const auto image = index(root()).manifests[0];
  const auto edited =
      edit_image(cache_, image, {.append = {{layer, DiffId(layer.digest), tar.size()}}});
  EXPECT_THAT(validate_image(cache_, edited.root, ValidateDepth::kLayers), IsEmpty());
  EXPECT_EQ(config(edited.root).diff_ids.size(), 3U);
}

}  // namespace
}  // namespace bale::oci
