// SPDX-License-Identifier: Apache-2.0
#include "oci/image_walk.h"

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

std::size_t count(const std::vector<WalkedBlob>& blobs, BlobRole role) {
  return static_cast<std::size_t>(std::count_if(
      blobs.begin(), blobs.end(), [&](const WalkedBlob& blob) { return blob.role == role; }));
}

TEST(ForEachBlob, VisitsEachDigestOnceAndParentsFirst) {
  MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm64"});
  const auto blobs = list_image_blobs(store, root);
  EXPECT_EQ(blobs.front().descriptor.digest, root.digest);
  EXPECT_EQ(count(blobs, BlobRole::kIndex), 1U);
  EXPECT_EQ(count(blobs, BlobRole::kManifest), 2U);
  EXPECT_EQ(count(blobs, BlobRole::kConfig), 2U);
  EXPECT_EQ(count(blobs, BlobRole::kLayer), 3U) << "the base layer is shared";
}

TEST(ForEachBlob, WalksWhatIsThereOfASparseIndex) {
  MemoryStore store;
  const auto whole = test::add_image(store, "linux/amd64");
  MemoryStore elsewhere;
  const auto absent = test::add_image(elsewhere, "linux/arm64", "other");
  const auto index = make_document(Index{.manifests = {absent, whole}});
  write_blob(store, index.descriptor, index.bytes);
  std::vector<WalkedBlob> blobs;
  const auto visit = [&](const WalkedBlob& blob) { blobs.push_back(blob); };
  for_each_blob(store, index.descriptor, visit, Absent::kSkipped);
  EXPECT_EQ(blobs.size(), 1 + list_image_blobs(store, whole).size());
  EXPECT_THROW(for_each_blob(store, index.descriptor, visit), Error);
}

TEST(ForEachBlob, RefusesIndexesNestedTooDeep) {
  MemoryStore store;
  Descriptor root = test::add_index(store, {"linux/amd64"});
  for (std::size_t i = 1; i <= kMaxIndexDepth; ++i) {
    const auto outer = make_document(Index{.manifests = {root}});
    write_blob(store, outer.descriptor, outer.bytes);
    root = outer.descriptor;
    if (i == kMaxIndexDepth) break;
    EXPECT_NO_THROW(list_image_blobs(store, root)) << i;
  }
  EXPECT_THROW(list_image_blobs(store, root), Error);
}

/// A manifest of ten thousand layers that are nowhere, the first of them number `first`.
Descriptor add_many_layers(BlobStore& store, const Descriptor& config, std::size_t first) {
  Manifest manifest{.config = config};
  for (std::size_t i = first; i < first + kMaxDescriptors; ++i) {
    std::string hex = std::to_string(i);
    hex.insert(0, 64 - hex.size(), '0');
    manifest.layers.push_back(
        {.media_type = "a/b", .digest = Digest::parse("sha256:" + hex), .size = 1});
  }
  const auto document = make_document(std::move(manifest));
  write_blob(store, document.descriptor, document.bytes);
  return document.descriptor;
}

TEST(ForEachBlob, RefusesMoreBlobsThanItCanRemember) {
  MemoryStore store;
  const auto config = test::add_blob(store, "{}", media_type::kOciConfig);
  Index index;
  for (std::size_t first = 0; first < kMaxImageBlobs; first += kMaxDescriptors) {
    index.manifests.push_back(add_many_layers(store, config, first));
  }
  const auto root = make_document(std::move(index));
  write_blob(store, root.descriptor, root.bytes);
  std::size_t visited = 0;
  try {
    for_each_blob(store, root.descriptor, [&](const WalkedBlob&) { ++visited; });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    EXPECT_EQ(visited, kMaxImageBlobs);
  }
}

TEST(ForEachBlob, ReportsAMissingDocument) {
  MemoryStore full;
  const auto root = test::add_index(full, {"linux/amd64"});
  MemoryStore store;
  copy_blob(full, root, store);
  try {
    list_image_blobs(store, root);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace bale::oci
