// SPDX-License-Identifier: Apache-2.0
#include "oci/copy_image.h"

#include <fstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_layout.h"
#include "oci/image_walk.h"
#include "oci/validate.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

TEST(CopyImage, CopiesAllBetweenLayouts) {
  const test::ScratchFolder scratch;
  ImageLayout from = ImageLayout::create(scratch / "from");
  const auto root = test::add_index(from, {"linux/amd64", "linux/arm64"});
  ImageLayout to = ImageLayout::create(scratch / "to");
  copy_image(from, root, to);
  for (const auto& blob : list_image_blobs(to, root)) {
    EXPECT_EQ(to.size(blob.descriptor.digest), blob.descriptor.size);
  }
}

TEST(CopyImage, CopiesTenThousandImagesOfOneIndex) {
  MemoryStore from;
  Index index;
  for (std::size_t i = 0; i < kMaxDescriptors; ++i) {
    index.manifests.push_back(test::add_image(from, "linux/amd64", std::to_string(i)));
  }
  const auto root = make_document(std::move(index));
  write_blob(from, root.descriptor, root.bytes);
  MemoryStore to;
  copy_image(from, root.descriptor, to);
  EXPECT_EQ(list_image_blobs(to, root.descriptor).size(), 3 * kMaxDescriptors + 2)
      << "manifests, configs and a layer each, the index and the layer of all";
  EXPECT_TRUE(validate_image(to, root.descriptor).empty());
}

TEST(CopyImage, NeverTakesAnAlteredBlob) {
  const test::ScratchFolder scratch;
  ImageLayout from = ImageLayout::create(scratch / "from");
  const auto root = test::add_image(from, "linux/amd64");
  const auto layer = read_manifest(from, root).value.layers[1];
  const auto file = scratch.path() / "from/blobs/sha256" / layer.digest.hex();
  std::ofstream(file, std::ios::in | std::ios::out).write("X", 1);
  ImageLayout to = ImageLayout::create(scratch / "to");
  try {
    copy_image(from, root, to);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  }
  EXPECT_FALSE(to.size(layer.digest));
  EXPECT_FALSE(to.size(root.digest)) << "a manifest comes after its layers";
}

TEST(CopyImage, LeavesOutForeignLayersThatAreElsewhere) {
  MemoryStore from;
  const auto image = test::add_image(from, "linux/amd64");
  Manifest manifest = read_manifest(from, image).value;
  manifest.layers.push_back(
      {.media_type = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
       .digest = Digest::of(as_bytes("elsewhere")),
       .size = 9,
       .urls = {"https://example.com/layer"}});
  const auto document = make_document(manifest);
  write_blob(from, document.descriptor, document.bytes);
  MemoryStore to;
  copy_image(from, document.descriptor, to);
  EXPECT_TRUE(to.size(document.descriptor.digest));
}

}  // namespace
}  // namespace bale::oci
