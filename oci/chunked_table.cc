// SPDX-License-Identifier: Apache-2.0
#include "oci/chunked_table.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "oci/base64.h"
#include "oci/json_writer.h"
#include "oci/rfc3339.h"
#include "oci/skippable_frame.h"
#include "oci/tar_header.h"
#include "oci/utf8.h"

namespace bale::oci {

namespace {

constexpr int kLevel = 3;

/// Of a table as the CRFS project defined it, which is the only one there is.
constexpr std::uint64_t kTableType = 1;

constexpr std::string_view kFooterMagic = "GNUlInUx";

/// A header with its extensions is shorter, unless somebody else's tar holds what is no header.
constexpr std::size_t kMaxRaw = std::size_t{4} << 20;

/// Seconds that RFC 3339 and 64 bits of nanoseconds can both say: until 2262.
constexpr std::int64_t kMaxSeconds = 9'000'000'000;

const char* type_name(FileType type) {
  switch (type) {
    case FileType::kRegular:
      return "reg";
    case FileType::kDirectory:
      return "dir";
    case FileType::kSymlink:
      return "symlink";
    case FileType::kHardLink:
      return "hardlink";
    case FileType::kCharDevice:
      return "char";
    case FileType::kBlockDevice:
      return "block";
    case FileType::kFifo:
      return "fifo";
  }
  return "";
}

/// As the tar has it.
std::string name_of(const TarEntry& entry) {
  if (entry.path.empty()) return "./";
  return entry.type == FileType::kDirectory ? entry.path + '/' : entry.path;
}

std::string time_text(const FileTime& time) {
  using namespace std::chrono;
  return rfc3339(sys_time<nanoseconds>(seconds(time.seconds) + nanoseconds(time.nanoseconds)));
}

bool is_describable(const TarEntry& entry) {
  return is_utf8(entry.path) && is_utf8(entry.link_target) &&
         std::abs(entry.mtime.seconds) <= kMaxSeconds &&
         std::all_of(entry.xattrs.begin(), entry.xattrs.end(),
                     [](const auto& xattr) { return is_utf8(xattr.first); });
}

void write_xattrs(JsonWriter& json, const std::map<std::string, std::string>& xattrs) {
  if (xattrs.empty()) return;
  json.object("xattrs", [&] {
    for (const auto& [name, value] : xattrs) json.member(name, encode_base64(value));
  });
}

void write_members(JsonWriter& json, const TarEntry& entry) {
  json.member("type", type_name(entry.type));
  json.member("name", name_of(entry));
  json.member_unless_empty("linkName", entry.link_target);
  json.member("mode", entry.mode);
  if (entry.type == FileType::kRegular) json.member("size", entry.size);
  json.member("uid", entry.uid);
  json.member("gid", entry.gid);
  json.member("modtime", time_text(entry.mtime));
  if (entry.device_major != 0) json.member("devMajor", entry.device_major);
  if (entry.device_minor != 0) json.member("devMinor", entry.device_minor);
  write_xattrs(json, entry.xattrs);
}

std::uint64_t content_size(const TarEntry& entry) {
  return entry.type == FileType::kRegular ? entry.size : 0;
}

/// Where something lies in the blob, in the words of an annotation and of the footer.
struct Place {
  std::uint64_t offset = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t plain_size = 0;

  std::string text() const {
    return std::to_string(offset) + ':' + std::to_string(packed_size) + ':' +
           std::to_string(plain_size);
  }
  void append_to(std::string& footer) const {
    for (const auto value : {offset, packed_size, plain_size}) append_little_endian(footer, value);
  }
};

std::string footer_of(const Place& table, const Place& split) {
  std::string footer;
  table.append_to(footer);
  append_little_endian(footer, kTableType);
  split.append_to(footer);
  return footer.append(kFooterMagic);
}

}  // namespace

ChunkedTable::ChunkedTable() : toc_(toc_text_, {kLevel}), split_(kLevel) {
  toc_.write(as_bytes(std::string_view(R"({"version":1,"entries":[)")));
}

void ChunkedTable::add(const LayerBlock& block, std::uint64_t plain_begin,
                       std::uint64_t packed_begin) {
  const Bytes plain = block.content();
  std::size_t entry = 0;
  std::size_t done = 0;  // of the block's bytes
  const auto add_entries_before = [&](std::size_t end) {
    for (; entry < end; ++entry) {
      const TocEntry& toc = block.entries[entry];
      // An entry without content: its header ends in this block, or at the end of the one before.
      const auto header_end = static_cast<std::size_t>(toc.offset - plain_begin);
      keep_raw(plain.subspan(done, header_end - done));
      done = header_end;
      add_entry(toc, 0);
    }
  };
  for (std::size_t i = 0; i < block.pieces.size(); ++i) {
    const ContentPiece& piece = block.pieces[i];
    if (piece.size == 0) continue;  // the content of an empty file
    add_entries_before(piece.entry);
    if (piece.first) {
      keep_raw(plain.subspan(done, piece.at - done));
      begin_ = packed_begin + block.packed_pieces[i].begin;
      crc_ = 0;
    }
    crc_ = crc64_of(crc_, plain.subspan(piece.at, piece.size));
    done = piece.at + piece.size;
    if (!piece.last) continue;
    end_ = packed_begin + block.packed_pieces[i].end;
    add_entry(block.entries[entry++], crc_);
  }
  add_entries_before(block.entries.size());
  keep_raw(plain.subspan(done));
}

void ChunkedTable::keep_raw(Bytes raw) {
  if (raw_.size() + raw.size() > kMaxRaw) canonical_ = false;
  if (canonical_) raw_ += as_text(raw);
}

void ChunkedTable::add_entry(const TocEntry& toc, std::uint64_t crc) {
  const TarEntry& entry = toc.entry;
  describable_ = describable_ && is_describable(entry);
  if (!describable_) return;
  JsonWriter line;
  line.object([&] {
    write_members(line, entry);
    if (content_size(entry) == 0) return;
    line.member("digest", toc.content->to_string());
    line.member("offset", begin_);
    line.member("endOffset", end_);
  });
  toc_.write(as_bytes(std::string_view(first_ ? "" : ",")));
  toc_.write(as_bytes(line.text()));
  first_ = false;
  add_header(toc);
  if (canonical_) split_.add_content(name_of(entry), content_size(entry), crc);
  padding_ = tar_padding(content_size(entry));
}

void ChunkedTable::add_header(const TocEntry& toc) {
  std::string expected(padding_, '\0');
  append_tar_header(expected, toc.entry);
  canonical_ = canonical_ && raw_ == expected;
  if (canonical_) split_.add_segment(as_bytes(raw_));
  raw_.clear();
}

ChunkedTable::Ending ChunkedTable::finish(std::uint64_t packed_size) {
  if (!describable_) return {};
  Ending ending;
  if (canonical_) split_.add_segment(as_bytes(raw_));
  const std::string split = canonical_ ? split_.finish() : "";
  std::string tail = "]";
  if (canonical_) {
    tail += R"(,"tarSplitDigest":")" + Digest::of(as_bytes(split)).to_string() + '"';
  }
  toc_.write(as_bytes(tail + "}"));
  toc_.finish();
  const std::string& toc = toc_text_.text();
  const Place table{packed_size + kSkippableHeader, toc.size(), toc_.plain_size()};
  ending.frames = skippable_frame(toc);
  const std::string prefix = "io.github.containers.zstd-chunked.";
  ending.annotations[prefix + "manifest-checksum"] = Digest::of(as_bytes(toc)).to_string();
  ending.annotations[prefix + "manifest-position"] =
      table.text() + ':' + std::to_string(kTableType);
  Place split_place;
  if (canonical_) {
    split_place = {table.offset + toc.size() + kSkippableHeader, split.size(), split_.plain_size()};
    ending.frames += skippable_frame(split);
    ending.annotations[prefix + "tarsplit-position"] = split_place.text();
  }
  ending.frames += skippable_frame(footer_of(table, split_place));
  return ending;
}

namespace {

/// Packs stretches of a block one after another into its room.
class StretchPacker {
 public:
  StretchPacker(LayerBlock& block, BlockCompressor& compressor)
      : block_(block), compressor_(compressor) {}

  PackedRange pack(std::size_t begin, std::size_t end) {
    const std::size_t before = size_;
    if (begin < end) {
      size_ +=
          compressor_.compress(block_.at(begin, end - begin), block_.room().subspan(size_)).size();
    }
    return {before, size_};
  }

  Bytes packed() const { return block_.room().first(size_); }

 private:
  LayerBlock& block_;
  BlockCompressor& compressor_;
  std::size_t size_ = 0;
};

}  // namespace

void pack_contents_apart(LayerBlock& block, BlockCompressor& compressor) {
  StretchPacker packer(block, compressor);
  std::size_t done = 0;
  for (const auto& piece : block.pieces) {
    if (piece.size > 0) {
      packer.pack(done, piece.at);
      done = piece.at + piece.size;
    }
    block.packed_pieces.push_back(packer.pack(piece.at, piece.at + piece.size));
  }
  packer.pack(done, block.used);
  block.packed = packer.packed();
}

}  // namespace bale::oci
