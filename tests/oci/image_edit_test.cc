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

/// An edit of every config.
ImageEdit configs(const ConfigEdit& config) {
  ImageEdit edit;
  edit.image = [config](ImageDraft& draft) { draft.config = edited_config(draft.config, config); };
  return edit;
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
  const auto edited = edit_image(cache_, root(), configs({.labels = {{"a", "b"}}}));
  const auto entries = index(edited.root).manifests;
  ASSERT_EQ(entries.size(), 2U);
  for (const auto& entry : entries) EXPECT_EQ(config(entry).config.labels.at("a"), "b");
  EXPECT_EQ(entries[1].platform->to_string(), "linux/arm64");
  EXPECT_EQ(edited.dropped_attestations.size(), 2U);
  EXPECT_THAT(validate_image(cache_, edited.root), IsEmpty());
  EXPECT_EQ(edit_image(cache_, edited.root, configs({.labels = {{"a", "b"}}})).root.digest,
            edited.root.digest);
}

TEST_F(EditImage, LeavesPlatformsThatWereNotNamed) {
  const auto before = index(root()).manifests;
  const auto edited =
      edit_image(cache_, root(), configs({.env = {"A=1"}}), {Platform::parse("linux/arm64")});
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

TEST_F(EditImage, ReturnsTheVeryRootWhereNothingChanges) {
  EXPECT_EQ(edit_image(cache_, root(), configs({.unset_env = {"NONE"}})).root.digest,
            root().digest);
}

TEST_F(EditImage, KeepsStaleAttestationsWhereThatIsAskedFor) {
  ImageEdit edit = configs({.labels = {{"a", "b"}}});
  edit.attestations = StaleAttestations::kKeep;
  const auto edited = edit_image(cache_, root(), edit);
  EXPECT_THAT(edited.dropped_attestations, IsEmpty());
  EXPECT_EQ(edited.kept_attestations.size(), 2U);
  const auto entries = index(edited.root).manifests;
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(attested_digest(entries[2]), index(root()).manifests[0].digest)
      << "it goes on to name what it was made for";
}

TEST_F(EditImage, GivesOneImageAnotherPlatform) {
  ImageEdit edit;
  edit.platform.architecture = "arm";
  edit.platform.variant = "v7";
  EXPECT_THROW(edit_image(cache_, root(), edit), Error) << "two images";
  const auto edited = edit_image(cache_, root(), edit, {Platform::parse("linux/arm64")});
  const auto entries = index(edited.root).manifests;
  EXPECT_EQ(entries[0].platform->to_string(), "linux/amd64");
  EXPECT_EQ(entries[1].platform->to_string(), "linux/arm/v7");
  EXPECT_EQ(config(entries[1]).platform, Platform::parse("linux/arm/v7"));
  EXPECT_THAT(validate_image(cache_, edited.root), IsEmpty());
  edit.platform.architecture = "amd64";
  edit.platform.variant.reset();
  EXPECT_THROW(edit_image(cache_, root(), edit, {Platform::parse("linux/arm64")}), Error)
      << "two images for linux/amd64";
}

TEST_F(EditImage, TurnsIntoDockersFormatAndBack) {
  ImageEdit edit;
  edit.format = ImageFormat::kDocker;
  const auto docker = edit_image(cache_, root(), edit);
  EXPECT_EQ(docker.root.media_type, media_type::kDockerList);
  for (const auto& entry : index(docker.root).manifests) {
    const Manifest manifest = read_manifest(cache_, entry).value;
    EXPECT_EQ(manifest.media_type, media_type::kDockerManifest);
    EXPECT_EQ(manifest.config.media_type, media_type::kDockerConfig);
    EXPECT_EQ(manifest.layers[0].media_type, media_type::kDockerLayer);
  }
  EXPECT_THAT(validate_image(cache_, docker.root), IsEmpty());
  ImageEdit annotate;
  annotate.manifest_annotations = {{"a", "b"}};
  EXPECT_THROW(edit_image(cache_, docker.root, annotate), Error);
  annotate.format = ImageFormat::kOci;
  EXPECT_NO_THROW(edit_image(cache_, docker.root, annotate));
  edit.format = ImageFormat::kOci;
  const auto back = edit_image(cache_, docker.root, edit);
  EXPECT_EQ(index(back.root).manifests[0].digest, index(root()).manifests[0].digest);
}

}  // namespace
}  // namespace bale::oci
