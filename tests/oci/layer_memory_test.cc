// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "oci/layer_toc.h"
#include "oci/layer_writer.h"

namespace bale::oci {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasurable = false;  // sanitizers multiply it
#else
constexpr bool kMeasurable = true;
#endif

/// What the documentation promises for one layer on two threads.
constexpr long kPromisedKilobytes = 100 * 1024;

long peak_kilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

class Nowhere final : public Sink {
  void write(Bytes) override {}
};

/// Text that compresses, without end.
class Endless final : public Source {
 public:
  Endless() {
    for (std::size_t i = 0; i < kChunkSize; ++i) text_ += static_cast<char>('a' + i * i % 23);
  }
  std::size_t read(MutableBytes buffer) override {
    const std::size_t count = std::min(buffer.size(), text_.size());
    std::copy_n(as_bytes(text_).begin(), count, buffer.begin());
    return count;
  }

 private:
  std::string text_;
};

/// Takes blobs and forgets them.
class NullStore final : public BlobStore {
 public:
  std::optional<std::uint64_t> size(const Digest&) const override { return std::nullopt; }
  std::unique_ptr<BlobWriter> create_blob() override {
    class Writer final : public BlobWriter {
      void write(Bytes) override {}
      void finish(const Digest&) override {}
    };
    return std::make_unique<Writer>();
  }

 private:
  std::unique_ptr<Source> do_open(const Descriptor&) const override { return nullptr; }
};

using Level = CompressionLevel::Kind;

class LayerMemory : public testing::TestWithParam<std::pair<Compression, Level>> {
 protected:
  void SetUp() override {
    if (!kMeasurable) GTEST_SKIP() << "memory is not measured under a sanitizer";
    if (peak_kilobytes() > kPromisedKilobytes / 2) {
      GTEST_SKIP()
          << "another test of this process took memory before: run it alone, as ctest does";
    }
  }

  LayerOptions options() const {
    LayerOptions options;
    options.compression = GetParam().first;
    options.level.kind = GetParam().second;
    return options;
  }

  NullStore store_;
  ThreadPool pool_{2};
  Nowhere toc_;
};

TEST_P(LayerMemory, IsBoundedForOneLargeFile) {
  LayerWriter writer(store_, pool_, options(), toc_);
  TarEntry entry;
  entry.path = "large";
  entry.size = std::uint64_t{1} << 30;
  Endless content;
  writer.add_stream(entry, content);
  EXPECT_GT(writer.finish().uncompressed_size, entry.size);
  EXPECT_LT(peak_kilobytes(), kPromisedKilobytes);
}

TEST_P(LayerMemory, IsBoundedForAMillionEmptyFiles) {
  LayerWriter writer(store_, pool_, options(), toc_);
  for (int i = 0; i < 1'000'000; ++i) {
    TarEntry entry;
    entry.path = "folder/of/many/files/file" + std::to_string(i);
    writer.add(std::move(entry));
  }
  EXPECT_EQ(writer.finish().uncompressed_size / 512, 1'000'002U);
  EXPECT_LT(peak_kilobytes(), kPromisedKilobytes);
}

INSTANTIATE_TEST_SUITE_P(Formats, LayerMemory,
                         testing::Values(std::pair(Compression::kGzip, Level::kDefault),
                                         std::pair(Compression::kZstd, Level::kDefault),
                                         std::pair(Compression::kZstd, Level::kSmall)));

}  // namespace
}  // namespace bale::oci
