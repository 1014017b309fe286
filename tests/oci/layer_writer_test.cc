// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_writer.h"

#include <fstream>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "oci/block_compressor.h"
#include "oci/error.h"
#include "oci/layer_toc.h"
#include "oci/tar_writer.h"
#include "tests/support/random_bytes.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

namespace fs = std::filesystem;

TarEntry file(std::string path, std::uint64_t size = 0) {
  TarEntry entry;
  entry.path = std::move(path);
  entry.size = size;
  return entry;
}

/// Bytes that compress to about a half, and differ from seed to seed.
std::string text_of(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text(size, '\0');
  for (auto& c : text) c = static_cast<char>('a' + random() % 16);
  return text;
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// Files of every size that matters to blocks: empty, small, at a border, over several blocks.
class LayerWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::size_t sizes[] = {0, 1, 511, 512, 513, 700000, 1048576, 3000000, 5, 9000000, 77};
    for (const std::size_t size : sizes) {
      const std::string name = "file" + std::to_string(contents_.size());
      contents_.push_back(text_of(size, static_cast<unsigned>(contents_.size())));
      write_text(scratch_.path() / name, contents_.back());
    }
  }

  LayerResult write_layer(ThreadPool& pool, const LayerOptions& options) {
    toc_ = StringSink();
    LayerWriter writer(store_, pool, options, toc_);
    TarEntry folder = file("d");
    folder.type = FileType::kDirectory;
    writer.add(folder);
    for (std::size_t i = 0; i < contents_.size(); ++i) {
      const std::string name = "file" + std::to_string(i);
      writer.add_file(file("d/" + name, contents_[i].size()), scratch_.path() / name);
    }
    writer.add_bytes(file("e"), "bytes at hand");
    return writer.finish();
  }

  /// The same tar the plain way.
  std::string expected_tar() const {
    StringSink sink;
    TarWriter tar(sink);
    TarEntry folder = file("d");
    folder.type = FileType::kDirectory;
    tar.add(folder);
    for (std::size_t i = 0; i < contents_.size(); ++i) {
      tar.add(file("d/file" + std::to_string(i)), as_bytes(contents_[i]));
    }
    tar.add(file("e"), as_bytes("bytes at hand"));
    tar.finish();
    return sink.text();
  }

  std::string blob(const LayerResult& layer) const {
    const auto source = store_.open(layer.descriptor);
    return read_all(*source, std::size_t{1} << 30);
  }

  test::ScratchFolder scratch_;
  MemoryStore store_;
  StringSink toc_;
  std::vector<std::string> contents_;
};

LayerOptions options_of(Compression compression, int level = 0) {
  LayerOptions options;
  options.compression = compression;
  if (level != 0) options.level = {CompressionLevel::Kind::kNumber, level};
  return options;
}

TEST_F(LayerWriterTest, WritesTheTarThatThePlainWriterWrites) {
  ThreadPool pool(2);
  const LayerResult layer = write_layer(pool, options_of(Compression::kNone));
  const std::string tar = expected_tar();
  EXPECT_TRUE(blob(layer) == tar);
  EXPECT_EQ(layer.diff_id.digest(), Digest::of(as_bytes(tar)));
  EXPECT_EQ(layer.descriptor.digest, layer.diff_id.digest());
  EXPECT_EQ(layer.uncompressed_size, tar.size());
  EXPECT_EQ(layer.descriptor.size, tar.size());
}

TEST_F(LayerWriterTest, GivesTheSameBytesWithAnyNumberOfThreads) {
  for (const auto& options : {options_of(Compression::kGzip), options_of(Compression::kGzip, 1),
                              options_of(Compression::kGzip, 9), options_of(Compression::kZstd),
                              options_of(Compression::kZstd, 9)}) {
    ThreadPool one(1);
    const LayerResult expected = write_layer(one, options);
    const std::string table = toc_.text();
    for (const std::size_t threads : {2U, 8U}) {
      ThreadPool pool(threads);
      EXPECT_EQ(write_layer(pool, options).descriptor, expected.descriptor);
      EXPECT_EQ(toc_.text(), table);
    }
    EXPECT_EQ(expected.diff_id.digest(), Digest::of(as_bytes(expected_tar())));
  }
}

TEST_F(LayerWriterTest, IsReadByEveryToolAtHand) {
  ThreadPool pool(2);
  const auto output = scratch_ / "blob";
  const auto tar = scratch_ / "tar";
  write_text(tar, expected_tar());
  const auto check = [&](const LayerOptions& options, const std::string& command) {
    write_text(output, blob(write_layer(pool, options)));
    const std::string line = command + " < " + output.string() + " | cmp - " + tar.string();
    EXPECT_EQ(std::system(("bash -o pipefail -c '" + line + "'").c_str()), 0) << command;
  };
  for (const int level : {1, 6, 9}) {
    check(options_of(Compression::kGzip, level), "gzip -dc");
    check(options_of(Compression::kGzip, level),
          "python3 -c \"import gzip,sys; "
          "sys.stdout.buffer.write(gzip.open(sys.stdin.buffer).read())\"");
  }
  for (const int level : {1, 3, 9}) check(options_of(Compression::kZstd, level), "zstd -dc");
}

TEST_F(LayerWriterTest, SmallZstdFindsWhatItSawLongBefore) {
  ThreadPool pool(2);
  const std::string noise = test::random_bytes(6'000'000);
  const auto size_with = [&](int level) {
    LayerWriter writer(store_, pool, options_of(Compression::kZstd, level), toc_);
    writer.add_bytes(file("a"), noise);
    writer.add_bytes(file("b"), noise);
    const LayerResult layer = writer.finish();
    EXPECT_EQ(Digest::of(as_bytes(blob(layer))), layer.descriptor.digest);
    return layer.descriptor.size;
  };
  EXPECT_GT(size_with(3), 2 * noise.size());
  EXPECT_LT(size_with(9), noise.size() + noise.size() / 50);
}

TEST_F(LayerWriterTest, TableHasEveryEntryWithDigestAndPlace) {
  ThreadPool pool(2);
  write_layer(pool, options_of(Compression::kGzip));
  const std::string tar = expected_tar();
  BytesSource source(as_bytes(toc_.text()));
  const LayerToc toc = read_toc(source);
  ASSERT_EQ(toc.entries().size(), contents_.size() + 2);
  EXPECT_EQ(toc.entries()[0].entry.path, "d");
  EXPECT_FALSE(toc.entries()[0].content.has_value());
  for (std::size_t i = 0; i < contents_.size(); ++i) {
    const TocEntry& entry = toc.entries()[i + 1];
    EXPECT_EQ(entry.content, Digest::of(as_bytes(contents_[i]))) << i;
    EXPECT_TRUE(tar.compare(entry.offset, entry.entry.size, contents_[i]) == 0) << i;
  }
}

TEST_F(LayerWriterTest, ClampsLaterTimesAndCutsFractions) {
  ThreadPool pool(1);
  LayerOptions options = options_of(Compression::kNone);
  options.clamp_mtime = 1000;
  LayerWriter writer(store_, pool, options, toc_);
  TarEntry late = file("late");
  late.mtime = {2000, 7};
  writer.add(late);
  TarEntry early = file("early");
  early.mtime = {999, 999};
  writer.add(early);
  writer.finish();
  BytesSource source(as_bytes(toc_.text()));
  const LayerToc toc = read_toc(source);
  EXPECT_EQ(toc.entries()[0].entry.mtime, (FileTime{1000, 0}));
  EXPECT_EQ(toc.entries()[1].entry.mtime, (FileTime{999, 0}));
}

TEST_F(LayerWriterTest, LeavesNothingWhereItIsGivenUp) {
  ThreadPool pool(2);
  const LayerResult layer = write_layer(pool, options_of(Compression::kGzip));
  MemoryStore other;
  {
    LayerWriter writer(other, pool, options_of(Compression::kGzip), toc_);
    writer.add_file(file("f", contents_[9].size()), scratch_ / "file9");
  }
  EXPECT_FALSE(other.size(layer.descriptor.digest).has_value());
}

TEST_F(LayerWriterTest, SeveralWritersShareAPoolOfOneThreadThatIsBusy) {
  ThreadPool pool(1);
  std::mutex blocker;
  std::unique_lock hold(blocker);
  pool.submit([&] { const std::lock_guard wait(blocker); });
  const auto write = [&] {
    MemoryStore store;
    StringSink toc;
    LayerWriter writer(store, pool, options_of(Compression::kGzip), toc);
    for (int i = 0; i < 30; ++i) writer.add_bytes(file("f" + std::to_string(i)), contents_[6]);
    return writer.finish().descriptor.digest;
  };
  Digest first = Digest::of({});
  std::thread other([&] { first = write(); });
  const Digest second = write();
  other.join();
  EXPECT_EQ(first, second);
  hold.unlock();
}

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no failure";
}

TEST_F(LayerWriterTest, RefusesFilesThatAreNotAsTheyWereListed) {
  ThreadPool pool(2);
  const auto add = [&](std::uint64_t size, const fs::path& path) {
    return failure_of([&] {
      LayerWriter writer(store_, pool, options_of(Compression::kGzip), toc_);
      writer.add_file(file("f", size), path);
      writer.add_bytes(file("more"), contents_[9]);
      writer.finish();
    });
  };
  using testing::ContainsRegex;
  EXPECT_THAT(add(10, scratch_ / "file1"), ContainsRegex("file1: it had 10 bytes .* has 1 now"));
  EXPECT_THAT(add(0, scratch_ / "file1"), ContainsRegex("it had 0 bytes"));
  EXPECT_THAT(add(8000000, scratch_ / "file9"), ContainsRegex("it had 8000000 bytes"));
  EXPECT_THAT(add(9000001, scratch_ / "file9"), ContainsRegex("has 9000000 now"));
  EXPECT_THAT(add(1, scratch_ / "gone"), ContainsRegex("opening .*gone: No such file"));
  EXPECT_THAT(add(1, ""), ContainsRegex("opening .*No such file"));
  EXPECT_THAT(add(0, scratch_.path()), ContainsRegex("not a regular file"));
  fs::create_symlink("file1", scratch_ / "link");
  EXPECT_THAT(add(1, scratch_ / "link"), ContainsRegex("link: it is not a regular file"));
  ASSERT_EQ(::mkfifo((scratch_ / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(add(1, scratch_ / "fifo"), ContainsRegex("fifo: it is not a regular file"));
}

TEST_F(LayerWriterTest, TakesPathsThatTheKernelDoesNotTakeAtOnce) {
  std::string path = scratch_.path().string();
  const fs::path before = fs::current_path();
  fs::current_path(path);
  for (int i = 0; i < 25; ++i) {
    const std::string name(200, static_cast<char>('a' + i));
    fs::create_directory(name);
    fs::current_path(name);
    path += '/' + name;
  }
  write_text("deep", "deep");
  fs::current_path(before);
  ThreadPool pool(1);
  LayerWriter writer(store_, pool, options_of(Compression::kNone), toc_);
  writer.add_file(file(path.substr(1) + "/deep", 4), path + "/deep");
  const std::string tar = blob(writer.finish());
  EXPECT_NE(tar.find("deep", tar.size() - 2048), std::string::npos);
}

TEST_F(LayerWriterTest, StreamThatEndsEarlyNeverBecomesALayer) {
  ThreadPool pool(2);
  LayerWriter writer(store_, pool, options_of(Compression::kGzip), toc_);
  BytesSource source(as_bytes(contents_[6]));
  EXPECT_THROW(writer.add_stream(file("f", contents_[6].size() + 1), source), Error);
  EXPECT_THROW(writer.add(file("g")), Error);
  EXPECT_THROW(writer.finish(), Error);
}

TEST(BlockCompressor, IdentifiesWhatShapesTheBytes) {
  const std::string usual = compressor_id(options_of(Compression::kGzip));
  EXPECT_EQ(usual, compressor_id(options_of(Compression::kGzip, 6)));
  EXPECT_NE(usual, compressor_id(options_of(Compression::kGzip, 9)));
  EXPECT_NE(usual, compressor_id(options_of(Compression::kGzip, 1)));
  EXPECT_NE(usual, compressor_id(options_of(Compression::kZstd)));
}

TEST(BlockCompressor, RefusesLevelsThatTheCodecDoesNotHave) {
  EXPECT_THROW(compressor_id(options_of(Compression::kGzip, 10)), Error);
  EXPECT_THROW(compressor_id(options_of(Compression::kZstd, 20)), Error);
  EXPECT_THROW(compressor_id(options_of(Compression::kGzip, -1)), Error);
}

/// The formats whose compressors keep something between blocks.
std::vector<LayerOptions> packing_formats() {
  return {options_of(Compression::kGzip), options_of(Compression::kGzip, 1),
          options_of(Compression::kGzip, 9), options_of(Compression::kZstd)};
}

std::vector<std::byte> noise(std::size_t size) {
  std::mt19937_64 random(1);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

TEST(BlockCompressor, GivesTheSameBytesWhateverItPackedBefore) {
  std::string text;
  for (int i = 0; text.size() < 500'000; ++i) text += "line " + std::to_string(i * 7) + "\n";
  const Bytes block = as_bytes(text);
  for (const auto& options : packing_formats()) {
    const auto used = make_block_compressor(options);
    std::vector<std::byte> room(used->bound());
    const auto pack = [&room](BlockCompressor& compressor, Bytes bytes) {
      return std::string(as_text(compressor.compress(bytes, room)));
    };
    const std::string first = pack(*used, block);
    pack(*used, noise(300'000));
    pack(*used, block.subspan(1000, 100));
    EXPECT_EQ(pack(*used, block), first) << compressor_id(options);
    EXPECT_EQ(pack(*make_block_compressor(options), block), first) << compressor_id(options);
  }
}

TEST(BlockCompressor, HasRoomForBytesThatDoNotCompress) {
  for (const auto& options : packing_formats()) {
    const auto compressor = make_block_compressor(options);
    const auto block = noise(compressor->block_size());
    std::vector<std::byte> room(compressor->bound());
    EXPECT_GE(compressor->compress(block, room).size(), block.size());
    EXPECT_GT(compressor->compress({}, room).size(), 0U);
  }
}

}  // namespace
}  // namespace bale::oci
