// SPDX-License-Identifier: Apache-2.0
// Layers in the form of zstd:chunked, read as containers/storage reads them.
#include <array>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/base64.h"
#include "oci/decompressor.h"
#include "oci/json.h"
#include "oci/layer_toc.h"
#include "oci/layer_writer.h"
#include "oci/recompress.h"
#include "oci/tar_split.h"
#include "tests/support/peer_tool.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

const std::string kPrefix = "io.github.containers.zstd-chunked.";

LayerOptions chunked_options() {
  LayerOptions options;
  options.compression = Compression::kZstd;
  options.frames = ZstdFrames::kFiles;
  return options;
}

std::string unpacked(std::string_view packed) {
  Decompressor plain(std::make_unique<BytesSource>(as_bytes(packed)));
  return read_all(plain, std::size_t{1} << 30);
}

/// A layer and what its annotations lead to.
class ChunkedLayer {
 public:
  ChunkedLayer(const BlobProvider& store, const Descriptor& descriptor)
      : descriptor_(descriptor), blob_(read_all(*store.open(descriptor), std::size_t{1} << 30)) {}

  const std::string& blob() const { return blob_; }
  bool has(const std::string& key) const { return descriptor_.annotations.contains(kPrefix + key); }
  const std::string& annotation(const std::string& key) const {
    return descriptor_.annotations.at(kPrefix + key);
  }
  /// The packed bytes at a place "OFFSET:PACKED:PLAIN".
  std::string packed_at(const std::string& key) const {
    const std::string& place = annotation(key);
    return blob_.substr(std::stoull(place), std::stoull(place.substr(place.find(':') + 1)));
  }
  Json table() const { return Json::parse(unpacked(packed_at("manifest-position"))); }

 private:
  Descriptor descriptor_;
  std::string blob_;
};

class ChunkedLayerTest : public testing::Test {
 protected:
  static TarEntry entry(std::string path, FileType type = FileType::kRegular) {
    TarEntry made;
    made.path = std::move(path);
    made.type = type;
    made.mtime = {1'700'000'000, 0};
    return made;
  }

  void fill(LayerWriter& writer) const {
    writer.add(entry("", FileType::kDirectory));
    writer.add(entry("d", FileType::kDirectory));
    TarEntry link = entry("d/link", FileType::kSymlink);
    link.link_target = "to";
    writer.add(link);
    writer.add(entry("d/empty"));
    TarEntry special = entry("d/special");
    special.xattrs["user.key"] = std::string("\0v", 2);
    writer.add_bytes(special, "with attributes");
    writer.add_bytes(entry("d/large"), large_);
    for (int i = 0; i < 3000; ++i) {
      writer.add_bytes(entry("d/" + std::string(120, 'n') + std::to_string(i)),
                       std::to_string(i) + std::string(static_cast<std::size_t>(i % 700), 'x'));
    }
  }

  LayerResult write(std::size_t threads, const LayerOptions& options = chunked_options()) {
    ThreadPool pool(threads);
    StringSink toc;
    LayerWriter writer(store_, pool, options, toc);
    fill(writer);
    return writer.finish();
  }

  std::string tar() {
    LayerOptions none;
    none.compression = Compression::kNone;
    return read_all(*store_.open(write(2, none).descriptor), std::size_t{1} << 30);
  }

  ChunkedLayer open(const LayerResult& layer) const { return {store_, layer.descriptor}; }

  MemoryStore store_;
  std::string large_ = [] {
    std::string text;
    while (text.size() < 9'000'000) text += std::to_string(text.size());
    return text;
  }();
};

TEST_F(ChunkedLayerTest, IsTheTarToAnyZstdReader) {
  const ChunkedLayer layer = open(write(2));
  const std::string expected = tar();
  EXPECT_TRUE(unpacked(layer.blob()) == expected);
  BALE_NEEDS_PEER("zstd");
  const test::ScratchFolder scratch;
  std::ofstream(scratch / "blob", std::ios::binary) << layer.blob();
  std::ofstream(scratch / "tar", std::ios::binary) << expected;
  const std::string folder = scratch.path().string();
  const auto run = test::run_peer("zstd -dc " + folder + "/blob | cmp - " + folder + "/tar");
  EXPECT_EQ(run.status, 0) << run.output;
}

TEST_F(ChunkedLayerTest, GivesTheSameBytesWithAnyNumberOfThreads) {
  const LayerResult expected = write(1);
  EXPECT_EQ(write(2).descriptor, expected.descriptor);
  EXPECT_EQ(write(8).descriptor, expected.descriptor);
}

TEST_F(ChunkedLayerTest, EachContentIsUnpackedFromItsPlaceAlone) {
  const ChunkedLayer layer = open(write(2));
  const Json table = layer.table();
  EXPECT_EQ(table["version"], 1);
  ASSERT_EQ(table["entries"].size(), 3006U);
  std::size_t contents = 0;
  for (const auto& line : table["entries"]) {
    if (!line.contains("offset")) continue;
    ++contents;
    const std::uint64_t offset = line["offset"];
    const std::uint64_t end = line["endOffset"];
    const std::string content = unpacked(layer.blob().substr(offset, end - offset));
    ASSERT_EQ(content.size(), line["size"]) << line["name"];
    ASSERT_EQ(Digest::of(as_bytes(content)).to_string(), line["digest"]) << line["name"];
  }
  EXPECT_EQ(contents, 3002U);
}

TEST_F(ChunkedLayerTest, TableSaysWhatTheHeadersSay) {
  const Json entries = open(write(2)).table()["entries"];
  EXPECT_EQ(entries[0]["name"], "./");
  EXPECT_EQ(entries[1]["name"], "d/");
  EXPECT_EQ(entries[1]["type"], "dir");
  EXPECT_EQ(entries[1]["modtime"], "2023-11-14T22:13:20Z");
  EXPECT_EQ(entries[2]["linkName"], "to");
  EXPECT_FALSE(entries[3].contains("digest"));
  EXPECT_EQ(entries[4]["xattrs"]["user.key"], encode_base64(std::string_view("\0v", 2)));
}

TEST_F(ChunkedLayerTest, ChecksumsHoldAndTheFooterAgrees) {
  const ChunkedLayer layer = open(write(2));
  EXPECT_EQ(layer.annotation("manifest-checksum"),
            Digest::of(as_bytes(layer.packed_at("manifest-position"))).to_string());
  EXPECT_EQ(layer.table()["tarSplitDigest"],
            Digest::of(as_bytes(layer.packed_at("tarsplit-position"))).to_string());
  const std::string footer = layer.blob().substr(layer.blob().size() - 64);
  EXPECT_TRUE(footer.ends_with("GNUlInUx"));
  std::array<std::uint64_t, 7> fields{};
  std::memcpy(fields.data(), footer.data(), sizeof fields);
  const auto text = [&](std::size_t at) {
    return std::to_string(fields[at]) + ":" + std::to_string(fields[at + 1]) + ":" +
           std::to_string(fields[at + 2]);
  };
  EXPECT_EQ(text(0) + ":" + std::to_string(fields[3]), layer.annotation("manifest-position"));
  EXPECT_EQ(text(4), layer.annotation("tarsplit-position"));
}

TEST_F(ChunkedLayerTest, TarSplitAndContentsGiveTheTarAgain) {
  const ChunkedLayer layer = open(write(2));
  std::map<std::string, std::string> contents;
  const Json table = layer.table();
  for (const auto& line : table["entries"]) {
    if (!line.contains("offset")) continue;
    const std::uint64_t offset = line["offset"];
    const std::uint64_t end = line["endOffset"];
    contents[line["name"]] = unpacked(layer.blob().substr(offset, end - offset));
  }
  std::istringstream lines(unpacked(layer.packed_at("tarsplit-position")));
  std::string again;
  for (std::string line; std::getline(lines, line);) {
    const Json part = Json::parse(line);
    const std::string payload =
        part["payload"].is_null() ? "" : *decode_base64(part["payload"].get<std::string>());
    if (part["type"] == 2) {
      again += payload;
    } else if (part.contains("size")) {
      const std::string& content = contents.at(part["name"]);
      std::uint64_t crc = 0;
      for (const char c : payload) crc = crc << 8U | static_cast<unsigned char>(c);
      ASSERT_EQ(crc, crc64_of(0, as_bytes(content)));
      again += content;
    }
  }
  EXPECT_TRUE(again == tar());
}

TEST_F(ChunkedLayerTest, CrcIsThatOfGoAndOfIso) {
  EXPECT_EQ(crc64_of(0, as_bytes(std::string_view("a"))), 0x3420000000000000U);
  EXPECT_EQ(crc64_of(crc64_of(0, as_bytes(std::string_view("a"))), as_bytes(std::string_view("b"))),
            0x36c4200000000000U);
}

TEST_F(ChunkedLayerTest, RecompressionGivesWhatTheWriterWouldHaveGiven) {
  ThreadPool pool(2);
  LayerOptions gzip;
  const LayerResult from = write(2, gzip);
  MemoryStore other;
  const LayerResult again =
      recompress_layer(store_, from.descriptor, from.diff_id, other, pool, chunked_options());
  EXPECT_EQ(again.descriptor, write(2).descriptor);
}

TEST_F(ChunkedLayerTest, HeadersOfSomebodyElseGetNoTarSplit) {
  ThreadPool pool(2);
  // Other fields than ours in the header, as most tools write them.
  const Descriptor foreign = test::add_blob(
      store_, test::make_tar({{"a", "text"}, {"b", ""}, {"c", large_}}), media_type::kOciLayer);
  const LayerResult layer =
      recompress_layer(store_, foreign, std::nullopt, store_, pool, chunked_options());
  const ChunkedLayer chunked = open(layer);
  EXPECT_FALSE(chunked.has("tarsplit-position"));
  const Json table = chunked.table();
  EXPECT_FALSE(table.contains("tarSplitDigest"));
  ASSERT_EQ(table["entries"].size(), 3U);
  const std::uint64_t offset = table["entries"][2]["offset"];
  const std::uint64_t end = table["entries"][2]["endOffset"];
  EXPECT_TRUE(unpacked(chunked.blob().substr(offset, end - offset)) == large_);
}

TEST_F(ChunkedLayerTest, NamesThatAreNoUtf8GetNoTable) {
  ThreadPool pool(1);
  StringSink toc;
  LayerWriter writer(store_, pool, chunked_options(), toc);
  writer.add_bytes(entry("\xff"), "content");
  const LayerResult layer = writer.finish();
  EXPECT_TRUE(layer.descriptor.annotations.empty());
  EXPECT_EQ(Digest::of(as_bytes(unpacked(open(layer).blob()))), layer.diff_id.digest());
}

TEST(LayersOfZeros, AreReadByTheRuleThatRefusesBombs) {
  class Zeros final : public Source {
    std::size_t read(MutableBytes buffer) override {
      std::fill(buffer.begin(), buffer.end(), std::byte{});
      return buffer.size();
    }
  };
  LayerOptions plain;
  plain.compression = Compression::kZstd;
  LayerOptions small = plain;
  small.level.kind = CompressionLevel::Kind::kSmall;
  for (const auto& options : {LayerOptions{}, plain, small, chunked_options()}) {
    MemoryStore store;
    ThreadPool pool(2);
    StringSink toc;
    LayerWriter writer(store, pool, options, toc);
    TarEntry zeros;
    zeros.path = "zeros";
    zeros.size = std::uint64_t{1} << 27;
    Zeros content;
    writer.add_stream(zeros, content);
    const LayerResult layer = writer.finish();
    EXPECT_LT(layer.descriptor.size, layer.uncompressed_size / 900);
    StringSink again;
    scan_layer(store, layer.descriptor, layer.diff_id, again);
    EXPECT_EQ(again.text(), toc.text());
  }
}

}  // namespace
}  // namespace bale::oci
