// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/layer_reader.h"
#include "oci/layer_toc.h"
#include "oci/layer_writer.h"
#include "oci/tar_header.h"
#include "oci/zstd_sink.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

struct Layer {
  LayerResult result;
  std::string toc;
};

class LayerWalk : public testing::TestWithParam<Compression> {
 protected:
  Layer write(const std::vector<std::pair<std::string, std::string>>& files) {
    LayerOptions options;
    options.compression = GetParam();
    StringSink toc;
    LayerWriter writer(store_, pool_, options, toc);
    for (const auto& [path, content] : files) {
      TarEntry entry;
      entry.path = path;
      entry.uid = 4000000000;
      entry.xattrs["user.k"] = "v";
      writer.add_bytes(entry, content);
    }
    LayerResult result = writer.finish();
    return {std::move(result), toc.text()};
  }

  std::string failure_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
      return error.what();
    }
    return "no failure";
  }

  MemoryStore store_;
  ThreadPool pool_{2};
};

TEST_P(LayerWalk, ScanFindsTheTableThatTheWriterWrote) {
  const Layer layer = write({{"a", "1"}, {"b", std::string(5000000, 'b')}, {"c", ""}});
  StringSink toc;
  scan_layer(store_, layer.result.descriptor, layer.result.diff_id, toc);
  EXPECT_TRUE(toc.text() == layer.toc);
}

TEST_P(LayerWalk, VisitsEveryEntryAndSkipsWhatTheVisitorLeaves) {
  const Layer layer = write({{"a", "first"}, {"b", std::string(700000, 'b')}, {"c", "third"}});
  std::string seen;
  walk_layer(store_, layer.result.descriptor, [&](const TarEntry& entry, Source& content) {
    seen += entry.path + ":";
    if (entry.path != "b") seen += read_all(content, 100);
  });
  EXPECT_EQ(seen, "a:firstb:c:third");
}

TEST_P(LayerWalk, RefusesAnotherDiffId) {
  const Layer layer = write({{"a", "1"}});
  StringSink toc;
  const DiffId other(Digest::of(as_bytes("other")));
  EXPECT_THAT(failure_of([&] { scan_layer(store_, layer.result.descriptor, other, toc); }),
              testing::HasSubstr("DiffID"));
}

TEST_P(LayerWalk, RefusesABlobThatIsNotWhatItsDigestSays) {
  Layer layer = write({{"a", std::string(3000000, 'a')}});
  const auto source = store_.open(layer.result.descriptor);
  layer.result.descriptor.data = read_all(*source, 1 << 24);
  layer.result.descriptor.data->back() ^= 1;
  EXPECT_NE(failure_of([&] {
              walk_layer(store_, layer.result.descriptor, [](const TarEntry&, Source&) {});
            }),
            "no failure");
}

INSTANTIATE_TEST_SUITE_P(Formats, LayerWalk,
                         testing::Values(Compression::kNone, Compression::kGzip,
                                         Compression::kZstd));

TEST(UnpackLimits, GrowWithTheBlobUpToTheMost) {
  const UnpackLimits limits{std::uint64_t{1} << 30};
  EXPECT_EQ(limits.for_blob(0), UnpackLimits::kFree);
  EXPECT_EQ(limits.for_blob(1000), UnpackLimits::kFree + 1000000);
  EXPECT_EQ(limits.for_blob(1 << 30), limits.most);
  EXPECT_EQ(limits.for_blob(UINT64_MAX), limits.most);
}

TEST(LayerReader, StopsAtABomb) {
  // 256 MiB of zeros in a few KB: more than the 64 MiB and the thousandfold.
  TarEntry entry;
  entry.path = "zeros";
  entry.size = std::uint64_t{256} << 20;
  std::string header;
  append_tar_header(header, entry);
  const std::string zeros(std::size_t{1} << 20, '\0');
  StringSink packed;
  ZstdSink bomb(packed, {});
  bomb.write(as_bytes(header));
  for (int i = 0; i < 257; ++i) bomb.write(as_bytes(zeros));
  MemoryStore store;
  bomb.finish();
  const Descriptor layer = test::add_blob(store, packed.text(), media_type::kOciLayerZstd);
  EXPECT_THROW(walk_layer(store, layer, [](const TarEntry&, Source&) {}), Error);
}

}  // namespace
}  // namespace bale::oci
