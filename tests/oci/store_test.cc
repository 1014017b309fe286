// SPDX-License-Identifier: Apache-2.0
#include "oci/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/copy_image.h"
#include "oci/document.h"
#include "oci/error.h"
#include "oci/origin_provider.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

namespace fs = std::filesystem;
using test::add_image;
using test::ScratchFolder;

Reference name(const char* text) { return Reference::parse(text); }

class StoreTest : public testing::Test {
 protected:
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& image : store_.list()) all.push_back(image.name);
    return all;
  }

  /// An image of which the base layer is not in the store, and where that is.
  std::pair<Descriptor, BlobOrigins> add_remote_image(const char* salt = "") {
    const Descriptor image = add_image(store_.blobs(), "linux/amd64", salt);
    const Digest base = read_manifest(store_.blobs(), image).value.layers[0].digest;
    store_.blobs().remove_blob(base);
    return {image, {{base, "ghcr.io/team/base"}}};
  }

  ScratchFolder scratch_;
  Store store_{scratch_ / "store"};
};

TEST_F(StoreTest, ReadsAsEmptyAndIsNotMadeByReading) {
  EXPECT_TRUE(store_.list().empty());
  EXPECT_FALSE(store_.find(name("debian")));
  EXPECT_FALSE(store_.find(Digest::of(as_bytes("x"))));
  EXPECT_FALSE(store_.untag(name("debian")));
  EXPECT_FALSE(store_.remove(name("debian")));
  EXPECT_FALSE(fs::exists(scratch_ / "store"));
}

TEST_F(StoreTest, NamesAreFullReferencesThatOtherToolsRead) {
  const auto image = add_image(store_.blobs(), "linux/amd64");
  store_.tag(name("debian:bookworm-slim"), image);
  EXPECT_EQ(store_.find(name("docker.io/library/debian:bookworm-slim"))->root.digest, image.digest);
  EXPECT_TRUE(ImageLayout::open(scratch_ / "store").find("docker.io/library/debian:bookworm-slim"));
}

TEST_F(StoreTest, AMovedTagLeavesTheOldImageReachableByDigest) {
  const auto first = add_image(store_.blobs(), "linux/amd64", "1");
  const auto second = add_image(store_.blobs(), "linux/amd64", "2");
  store_.tag(name("app:v1"), first);
  store_.tag(name("app:v1"), second);
  EXPECT_EQ(store_.find(name("app:v1"))->root.digest, second.digest);
  EXPECT_THAT(names(), testing::ElementsAre("", "docker.io/library/app:v1"));
  EXPECT_EQ(store_.find(first.digest)->root.digest, first.digest);
}

TEST_F(StoreTest, KeepingWhatHasANameAddsNothing) {
  const auto image = add_image(store_.blobs(), "linux/amd64");
  store_.keep(image);
  store_.keep(image);
  EXPECT_THAT(names(), testing::ElementsAre(""));
  store_.tag(name("app"), image);
  store_.keep(image);
  EXPECT_THAT(names(), testing::ElementsAre("docker.io/library/app:latest"));
}

TEST_F(StoreTest, APinHoldsAnImageInARepositoryWithoutATag) {
  const auto image = add_image(store_.blobs(), "linux/amd64");
  const auto pinned = name("app").with_digest(image.digest);
  store_.tag(name("other:v1"), image);
  store_.pin(name("app"), image);
  store_.pin(name("app:v1"), image);
  EXPECT_THAT(names(),
              testing::UnorderedElementsAre("docker.io/library/other:v1", pinned.to_string()));
  EXPECT_TRUE(store_.unpin(pinned));
  EXPECT_FALSE(store_.unpin(pinned));
  EXPECT_THAT(names(), testing::ElementsAre("docker.io/library/other:v1"));
}

TEST_F(StoreTest, UntagKeepsTheImageAndRemoveForgetsIt) {
  const auto image = add_image(store_.blobs(), "linux/amd64");
  store_.tag(name("app:1"), image);
  store_.tag(name("app:2"), image);
  EXPECT_TRUE(store_.untag(name("app:1")));
  EXPECT_THAT(names(), testing::ElementsAre("docker.io/library/app:2"));
  EXPECT_TRUE(store_.untag(name("app:2")));
  EXPECT_THAT(names(), testing::ElementsAre(""));
  EXPECT_TRUE(store_.remove(image.digest));
  EXPECT_TRUE(store_.list().empty());
  EXPECT_FALSE(store_.remove(image.digest));
}

TEST_F(StoreTest, RefusesToNameAnImageThatLacksABlob) {
  const auto [image, origins] = add_remote_image();
  try {
    store_.tag(name("app"), image);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_THAT(error.what(), testing::HasSubstr(origins.begin()->first.to_string()));
  }
  EXPECT_TRUE(store_.list().empty());
}

TEST_F(StoreTest, AnImageWithRemoteLayersIsNotInTheIndex) {
  const auto [image, origins] = add_remote_image();
  store_.tag(name("app"), image, origins);
  EXPECT_TRUE(store_.blobs().index().manifests.empty());
  const auto found = store_.find(name("app"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->remote_layers);
  EXPECT_EQ(store_.origins(image.digest), origins);
  ASSERT_EQ(store_.missing_blobs(image).size(), 1U);
  EXPECT_EQ(store_.missing_blobs(image)[0].digest, origins.begin()->first);
}

TEST_F(StoreTest, ACompletedImageMovesToTheIndexUnderAllItsNames) {
  const auto [image, origins] = add_remote_image();
  store_.tag(name("app:1"), image, origins);
  store_.tag(name("app:2"), image, origins);
  add_image(store_.blobs(), "linux/amd64");  // brings the base layer
  store_.tag(name("app:1"), image);
  EXPECT_FALSE(store_.find(name("app:1"))->remote_layers);
  EXPECT_FALSE(store_.find(name("app:2"))->remote_layers);
  EXPECT_EQ(store_.list().size(), 2U);
  EXPECT_TRUE(store_.origins().empty());
}

TEST_F(StoreTest, IsCompletedFromWhereTheBlobsAre) {
  MemoryStore registry;
  add_image(registry, "linux/amd64");
  const auto [image, origins] = add_remote_image();
  store_.tag(name("app"), image, origins);
  std::vector<std::string> asked;
  const OriginProvider all(store_, [&](const std::string& repository) -> const BlobProvider& {
    asked.push_back(repository);
    return registry;
  });
  copy_image(all, image, store_.blobs());
  store_.tag(name("app"), image);
  EXPECT_FALSE(store_.find(name("app"))->remote_layers);
  EXPECT_THAT(asked, testing::Each("ghcr.io/team/base"));
  EXPECT_FALSE(asked.empty());
}

TEST_F(StoreTest, ANameMovesBetweenTheTables) {
  const auto complete = add_image(store_.blobs(), "linux/arm64", "1", 1);
  store_.tag(name("app"), complete);
  const auto [remote, origins] = add_remote_image("2");
  // The base layer is shared: without it the complete image would be none.
  add_image(store_.blobs(), "linux/arm64", "1", 1);
  const Manifest manifest = read_manifest(store_.blobs(), remote).value;
  store_.blobs().remove_blob(manifest.layers[1].digest);
  store_.tag(name("app"), remote, {{manifest.layers[1].digest, "ghcr.io/team/app"}});
  EXPECT_EQ(store_.find(name("app"))->root.digest, remote.digest);
  EXPECT_TRUE(store_.find(name("app"))->remote_layers);
  store_.tag(name("app"), complete);
  EXPECT_EQ(store_.find(name("app"))->root.digest, complete.digest);
  EXPECT_FALSE(store_.find(name("app"))->remote_layers);
  EXPECT_TRUE(store_.find(remote.digest)->remote_layers) << "kept, without a name";
}

TEST_F(StoreTest, AManifestInsideAnIndexIsFoundByItsDigest) {
  const auto root = test::add_index(store_.blobs(), {"linux/amd64", "linux/arm64"});
  store_.tag(name("app"), root);
  const auto child = read_index(store_.blobs(), root).value.manifests[1];
  const auto found = store_.find(name("app").with_digest(child.digest));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->root.size, child.size);
}

TEST_F(StoreTest, KeepsTablesOfContentsByDiffId) {
  const DiffId layer(Digest::of(as_bytes("layer")));
  EXPECT_EQ(store_.open_toc(layer), nullptr);
  auto toc = store_.create_toc();
  toc->write(as_bytes("the table"));
  toc->finish(layer.digest());
  EXPECT_EQ(read_all(*store_.open_toc(layer), 100), "the table");
}

TEST(RemoteImages, SurviveTheirJson) {
  const std::vector<RemoteImage> images = {
      {"ghcr.io/team/app:v1",
       {.media_type = media_type::kOciIndex, .digest = Digest::of(as_bytes("root")), .size = 4},
       {{Digest::of(as_bytes("layer")), "ghcr.io/team/base"}}}};
  EXPECT_EQ(parse_remote_images(to_json(images)), images);
  EXPECT_THROW(parse_remote_images(R"({"version":2,"images":[]})"), Error);
}

}  // namespace
}  // namespace bale::oci
