// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/new_file.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

LayerOptions options_of(Compression compression) {
  LayerOptions options;
  options.compression = compression;
  return options;
}

class Recompress : public testing::Test {
 protected:
  /// A layer whose tar is one file of this size and 1536 bytes more.
  LayerResult write(std::uint64_t size, Compression compression) {
    StringSink toc;
    LayerWriter writer(store_, pool_, options_of(compression), toc);
    TarEntry entry;
    entry.path = "f";
    std::string text;
    while (text.size() < size) text += std::to_string(text.size());
    text.resize(size);
    writer.add_bytes(entry, text);
    return writer.finish();
  }

  MemoryStore store_;
  ThreadPool pool_{2};
};

TEST_F(Recompress, GivesWhatTheWriterWouldHaveGiven) {
  // The second is a whole number of gzip's and of zstd's blocks.
  for (const std::uint64_t size : {std::uint64_t{5'000'000}, (std::uint64_t{8} << 20) - 1536}) {
    const LayerResult gzip = write(size, Compression::kGzip);
    const LayerResult zstd = write(size, Compression::kZstd);
    const LayerResult none = write(size, Compression::kNone);
    for (const LayerResult& from : {gzip, zstd, none}) {
      for (const auto& [to, compression] :
           {std::pair(gzip, Compression::kGzip), std::pair(zstd, Compression::kZstd),
            std::pair(none, Compression::kNone)}) {
        MemoryStore other;
        const LayerResult again = recompress_layer(store_, from.descriptor, from.diff_id, other,
                                                   pool_, options_of(compression));
        EXPECT_EQ(again.descriptor, to.descriptor);
        EXPECT_EQ(again.diff_id, from.diff_id);
        EXPECT_EQ(other.size(to.descriptor.digest), to.descriptor.size);
      }
    }
  }
}

TEST_F(Recompress, MakesNoBlobOfALayerThatIsNotTheOneExpected) {
  const LayerResult layer = write(1000, Compression::kGzip);
  const LayerResult wanted = write(1000, Compression::kZstd);
  MemoryStore other;
  EXPECT_THROW(recompress_layer(store_, layer.descriptor, DiffId(Digest::of(as_bytes("other"))),
                                other, pool_, options_of(Compression::kZstd)),
               Error);
  EXPECT_FALSE(other.size(wanted.descriptor.digest).has_value());
}

TEST_F(Recompress, PacksATarOfAnyPackingAsTheWriterWouldHave) {
  const test::ScratchFolder scratch;
  for (const Compression from : {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    const LayerResult layer = write(5'000'000, from);
    NewFile file(scratch / "layer.tar");
    copy(*store_.open(layer.descriptor), file);
    file.finish();
    for (const Compression to : {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
      MemoryStore other;
      const LayerResult packed = pack_tar(scratch / "layer.tar", other, pool_, options_of(to));
      EXPECT_EQ(packed.descriptor, write(5'000'000, to).descriptor);
      EXPECT_EQ(packed.diff_id, layer.diff_id);
      EXPECT_EQ(packed.uncompressed_size, layer.uncompressed_size);
    }
  }
}

TEST_F(Recompress, MakesNoLayerOfWhatIsNoTar) {
  const test::ScratchFolder scratch;
  const LayerResult layer = write(1'000'000, Compression::kGzip);
  const std::string whole = read_all(*store_.open(layer.descriptor), std::size_t{1} << 20);
  for (const std::string& text :
       {std::string(R"({"a": 1})"), std::string(), whole.substr(0, whole.size() / 2)}) {
    write_file_atomically(scratch / "file", text);
    for (LayerOptions options : {options_of(Compression::kGzip), options_of(Compression::kZstd)}) {
      options.frames = ZstdFrames::kFiles;  // chunked where it is zstd
      MemoryStore other;
      try {
        pack_tar(scratch / "file", other, pool_, options);
        ADD_FAILURE() << text.size();
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
        EXPECT_THAT(error.what(), testing::HasSubstr("makes no layer"));
        EXPECT_NE(error.hint(), "");
      }
    }
  }
}

TEST_F(Recompress, TakesAStreamOfNothing) {
  const Descriptor empty = test::add_blob(store_, "", media_type::kOciLayer);
  const LayerResult layer =
      recompress_layer(store_, empty, std::nullopt, store_, pool_, options_of(Compression::kGzip));
  EXPECT_EQ(layer.diff_id.digest(), Digest::of({}));
  EXPECT_GT(layer.descriptor.size, 0U);
}

}  // namespace
}  // namespace bale::oci
