// SPDX-License-Identifier: Apache-2.0
#include "oci/image_walk.h"

#include <algorithm>

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
