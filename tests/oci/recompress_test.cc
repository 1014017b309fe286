// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress.h"

#include <string>

#include <gtest/gtest.h>

#include "oci/error.h"
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

TEST_F(Recompress, TakesAStreamOfNothing) {
  const Descriptor empty = test::add_blob(store_, "", media_type::kOciLayer);
  const LayerResult layer =
      recompress_layer(store_, empty, std::nullopt, store_, pool_, options_of(Compression::kGzip));
  EXPECT_EQ(layer.diff_id.digest(), Digest::of({}));
  EXPECT_GT(layer.descriptor.size, 0U);
}

}  // namespace
}  // namespace bale::oci
