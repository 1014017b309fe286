// SPDX-License-Identifier: Apache-2.0
#include "oci/validate.h"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/image_layout.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/spoiled_image.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using test::faults_of;
using test::Json;
using testing::ElementsAre;

TEST(Validate, AGoodImageHasNoFaults) { EXPECT_THAT(faults_of({}), ElementsAre()); }

TEST(Validate, GoesOnAfterAFault) {
  const auto faults = faults_of({.manifest = [](Json& j) { j["annotations"]["a"] = 1; },
                                 .config = [](Json& j) { j["created"] = "yesterday"; }});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].place, "annotations.a");
  EXPECT_EQ(faults[1].place, "created");
}

TEST(Validate, DuplicateKeysAreAFault) {
  MemoryStore store;
  const auto root = test::add_blob(store, R"({"schemaVersion":2,"manifests":[],"manifests":[]})",
                                   media_type::kOciIndex);
  const auto faults = validate_image(store, root);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].message, "JSON: duplicate key \"manifests\"");
}

TEST(Validate, NamesOfALayoutHaveWords) {
  const test::ScratchFolder scratch;
  for (const std::string name : {"", "/v1", "a//b", "a b"}) {
    auto layout = ImageLayout::create(scratch / "image");
    Descriptor image = test::add_image(layout, "linux/amd64");
    image.annotations["org.opencontainers.image.ref.name"] = name;
    layout.update([&](Index& all) { all.manifests = {image}; });
    const auto faults = validate_layout(scratch / "image");
    ASSERT_EQ(faults.size(), 1U) << name;
    EXPECT_EQ(faults[0].place,
              "index.json: manifests[0].annotations.org.opencontainers.image.ref.name");
  }
}

/// An image whose only layer is `blob`, said to be of `type` and to unpack to `plain`.
std::vector<Fault> faults_of_layer(std::string_view blob, const MediaType& type,
                                   std::string_view plain) {
  MemoryStore store;
  ImageConfig config;
  config.platform = Platform::parse("linux/amd64");
  config.diff_ids.emplace_back(Digest::of(as_bytes(plain)));
  const auto config_document = make_document(config, media_type::kOciManifest);
  write_blob(store, config_document.descriptor, config_document.bytes);
  const auto manifest = make_document(Manifest{.config = config_document.descriptor,
                                               .layers = {test::add_blob(store, blob, type)}});
  write_blob(store, manifest.descriptor, manifest.bytes);
  EXPECT_THAT(validate_image(store, manifest.descriptor), ElementsAre()) << "looked at from far";
  return validate_image(store, manifest.descriptor, ValidateDepth::kLayers);
}

TEST(ValidateLayers, FindsNothingInAGoodOne) {
  const std::string tar = test::make_tar({{"hello", "world"}});
  EXPECT_THAT(faults_of_layer(tar, media_type::kOciLayer, tar), ElementsAre());
}

TEST(ValidateLayers, FindsAnotherDiffId) {
  const std::string tar = test::make_tar({{"hello", "world"}});
  EXPECT_EQ(faults_of_layer(tar, media_type::kOciLayer, "other").size(), 1U);
}

TEST(ValidateLayers, FindsAnotherPacking) {
  const std::string tar = test::make_tar({{"hello", "world"}});
  const auto faults = faults_of_layer(tar, media_type::kOciLayerGzip, tar);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].place, testing::EndsWith(": layers[0].mediaType"));
}

TEST(ValidateLayers, FindsWhatIsNoTar) {
  const std::string noise(2000, 'x');
  EXPECT_EQ(faults_of_layer(noise, media_type::kOciLayer, noise).size(), 1U);
}

TEST(ValidateLayers, TakesATypeThatItDoesNotKnow) {
  EXPECT_THAT(faults_of_layer("signed", "application/vnd.test.signature", "signed"), ElementsAre());
}

class ValidateLayout : public testing::Test {
 protected:
  ValidateLayout() {
    ImageLayout layout = ImageLayout::create(path_);
    root_.push_back(test::add_index(layout, {"linux/amd64", "linux/arm64"}));
    layout.set_tag("ghcr.io/team/app:v1", root_[0]);
  }
  std::filesystem::path blob(const Digest& digest) const {
    return path_ / "blobs" / "sha256" / digest.hex();
  }

  test::ScratchFolder scratch_;
  std::filesystem::path path_ = scratch_ / "image";
  std::vector<Descriptor> root_;
};

TEST_F(ValidateLayout, OfOursHasNoFaults) { EXPECT_THAT(validate_layout(path_), ElementsAre()); }

TEST_F(ValidateLayout, FindsAChangedLayer) {
  const ImageLayout layout = ImageLayout::open(path_);
  const auto child = read_index(layout, root_[0]).value.manifests[0];
  const auto layer = read_manifest(layout, child).value.layers[1];
  std::ofstream(blob(layer.digest), std::ios::in | std::ios::out).write("X", 1);
  const auto faults = validate_layout(path_);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].place, layer.digest.to_string());
}

TEST_F(ValidateLayout, FindsACutBlob) {
  std::filesystem::resize_file(blob(root_[0].digest), 5);
  const auto faults = validate_layout(path_);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].place, "index.json: manifests[0].size");
}

TEST_F(ValidateLayout, FindsStrangersAmongTheBlobs) {
  std::ofstream(path_ / "blobs/sha256/readme") << "hello";
  std::ofstream(blob(Digest::of(as_bytes("one")))) << "two";
  const auto faults = validate_layout(path_);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[1].place, "blobs/sha256/readme");
}

TEST_F(ValidateLayout, FollowsLinksThatLeadSomewhere) {
  namespace fs = std::filesystem;
  fs::rename(blob(root_[0].digest), scratch_ / "elsewhere");
  fs::create_symlink(scratch_ / "elsewhere", blob(root_[0].digest));
  EXPECT_THAT(validate_layout(path_), ElementsAre());
  const auto lost = Digest::of(as_bytes("lost"));
  const auto loop = Digest::of(as_bytes("loop"));
  fs::create_symlink("nowhere", blob(lost));
  fs::create_symlink(loop.hex(), blob(loop));
  const auto faults = validate_layout(path_);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(std::set({faults[0].place, faults[1].place}),
            std::set({lost.to_string(), loop.to_string()}));
}

TEST_F(ValidateLayout, LooksIntoAFolderThatIsALink) {
  namespace fs = std::filesystem;
  fs::rename(path_ / "blobs/sha256", scratch_ / "shared");
  fs::create_directory_symlink(scratch_ / "shared", path_ / "blobs/sha256");
  EXPECT_THAT(validate_layout(path_), ElementsAre());
  std::ofstream(scratch_ / "shared/readme") << "hello";
  fs::create_directory_symlink(".", scratch_ / "shared/again");
  const auto faults = validate_layout(path_);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].place, "blobs/sha256/again");
  EXPECT_EQ(faults[1].place, "blobs/sha256/readme");
}

TEST_F(ValidateLayout, FindsMissingFiles) {
  std::filesystem::remove(path_ / "oci-layout");
  std::filesystem::remove(path_ / "index.json");
  EXPECT_THAT(validate_layout(path_),
              ElementsAre(Fault{"oci-layout", "missing"}, Fault{"index.json", "missing"}));
}

TEST_F(ValidateLayout, FindsAnotherVersion) {
  std::ofstream(path_ / "oci-layout") << R"({"imageLayoutVersion":"1.1"})";
  EXPECT_THAT(validate_layout(path_),
              ElementsAre(Fault{"oci-layout: imageLayoutVersion", "must be \"1.0.0\""}));
}

}  // namespace
}  // namespace bale::oci
