// SPDX-License-Identifier: Apache-2.0
#include "oci/oci_archive.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_layout.h"
#include "oci/layout_index.h"
#include "oci/new_file.h"
#include "oci/validate.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using test::ScratchFolder;

std::string archive_of(const BlobProvider& blobs, const Descriptor& root, const char* name) {
  StringSink sink;
  Index index;
  set_entry(index, name, root);
  write_oci_archive({{blobs, index.manifests}}, to_json(index), sink);
  return sink.text();
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  NewFile file(path);
  file.write(as_bytes(text));
  file.finish();
}

TEST(OciArchive, ReadsWhatItWrote) {
  const ScratchFolder scratch;
  MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm64"});
  write_text(scratch / "image.tar", archive_of(store, root, "v1"));
  const OciArchive archive = OciArchive::open(scratch / "image.tar");
  EXPECT_EQ(archive.resolve("v1").digest, root.digest);
  EXPECT_EQ(archive.resolve("").digest, root.digest);
  EXPECT_THROW(archive.resolve("v2"), Error);
  EXPECT_TRUE(validate_image(archive, archive.resolve("v1")).empty());
}

TEST(OciArchive, TheSameImageGivesTheSameBytes) {
  MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm64"});
  EXPECT_EQ(archive_of(store, root, "v1"), archive_of(store, root, "v1"));
}

TEST(OciArchive, AnAlteredBlobIsNoticed) {
  const ScratchFolder scratch;
  MemoryStore store;
  const auto root = test::add_image(store, "linux/amd64");
  std::string tar = archive_of(store, root, "");
  const auto place = tar.find("base");
  ASSERT_NE(place, std::string::npos);
  tar[place] = 'B';
  write_text(scratch / "image.tar", tar);
  const OciArchive archive = OciArchive::open(scratch / "image.tar");
  EXPECT_EQ(validate_image(archive, archive.resolve("")).size(), 1U);
}

TEST(OciArchive, NeverWritesAnAlteredBlob) {
  const ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch / "image");
  const auto root = test::add_image(layout, "linux/amd64");
  const auto layer = read_manifest(layout, root).value.layers[0];
  const auto file = scratch.path() / "image/blobs/sha256" / layer.digest.hex();
  std::ofstream(file, std::ios::in | std::ios::out).write("X", 1);
  EXPECT_THROW(archive_of(layout, root, ""), Error);
}

TEST(OciArchive, ACutArchiveNamesTheFault) {
  const ScratchFolder scratch;
  MemoryStore store;
  const auto root = test::add_image(store, "linux/amd64");
  const std::string tar = archive_of(store, root, "");
  for (const std::size_t size : {tar.size() / 2, std::size_t{700}, std::size_t{100}}) {
    write_text(scratch / "image.tar", tar.substr(0, size));
    try {
      const OciArchive archive = OciArchive::open(scratch / "image.tar");
      EXPECT_FALSE(validate_image(archive, archive.resolve("")).empty());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
    }
  }
}

TEST(OciArchive, RefusesATarThatHoldsNoLayout) {
  const ScratchFolder scratch;
  write_text(scratch / "image.tar", test::make_tar({{"manifest.json", "[]"}}));
  try {
    OciArchive::open(scratch / "image.tar");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    EXPECT_THAT(error.hint(), testing::StartsWith("try docker-archive:"));
  }
}

}  // namespace
}  // namespace bale::oci
