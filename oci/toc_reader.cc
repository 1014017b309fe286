// SPDX-License-Identifier: Apache-2.0
#include "oci/toc_reader.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "oci/error.h"
#include "oci/hex.h"
#include "oci/toc_format.h"
#include "oci/varint.h"

namespace bale::oci {

namespace {

/// Longer than any path or attribute that a tar reader of ours lets through.
constexpr std::uint64_t kLongestText = std::uint64_t{1} << 20;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kCorrupt, "broken table of contents: " + why);
}

template <typename T>
T narrow(std::uint64_t value) {
  if (value > std::numeric_limits<T>::max()) refuse("a number is out of range");
  return static_cast<T>(value);
}

FileType type_of(unsigned kind) {
  const unsigned type = kind & toc_format::kTypeMask;
  if (type == 0 || type > static_cast<unsigned>(FileType::kFifo) + 1) refuse("unknown record");
  return static_cast<FileType>(type - 1);
}

}  // namespace

TocReader::TocReader(Source& source, std::size_t chunk) : source_(source), chunk_(chunk) {
  if (get_bytes(toc_format::kMagic.size()) != toc_format::kMagic) refuse("it starts otherwise");
}

std::optional<TocEntry> TocReader::next() {
  const unsigned kind = get_byte();
  if (kind == toc_format::kEnd) {
    check_end();
    return std::nullopt;
  }
  TocEntry toc;
  TarEntry& entry = toc.entry;
  entry.type = type_of(kind);
  entry.path = get_path();
  entry.mode = narrow<std::uint32_t>(get_number());
  entry.uid = get_number();
  entry.gid = get_number();
  last_mtime_ = unzigzag(get_number(), last_mtime_);
  entry.mtime.seconds = static_cast<std::int64_t>(last_mtime_);
  if ((kind & toc_format::kHasFraction) != 0) {
    entry.mtime.nanoseconds = narrow<std::uint32_t>(get_number());
  }
  get_content(toc, kind);
  if ((kind & toc_format::kHasXattrs) != 0) get_xattrs(entry);
  ++count_;
  return toc;
}

unsigned TocReader::get_byte() {
  if (position_ == buffer_.size() && !refill()) refuse("it ends early");
  return static_cast<unsigned char>(buffer_[position_++]);
}

std::uint64_t TocReader::get_number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const unsigned byte = get_byte();
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  refuse("a number is too long");
}

std::string TocReader::get_bytes(std::uint64_t size) {
  if (size > kLongestText) refuse("a text is too long");
  std::string text;
  while (text.size() < size) {
    if (position_ == buffer_.size() && !refill()) refuse("it ends early");
    const std::size_t count = std::min<std::size_t>(size - text.size(), buffer_.size() - position_);
    text.append(buffer_, position_, count);
    position_ += count;
  }
  return text;
}

std::string TocReader::get_path() {
  const std::uint64_t shared = get_number();
  if (shared > last_path_.size()) refuse("a path shares more than there is");
  last_path_.resize(shared);
  last_path_ += get_text();
  if (last_path_.size() > kLongestText) refuse("a path is too long");
  return last_path_;
}

void TocReader::get_content(TocEntry& toc, unsigned kind) {
  TarEntry& entry = toc.entry;
  switch (entry.type) {
    case FileType::kRegular:
      entry.size = get_number();
      if ((kind & toc_format::kHasContent) == 0) return;
      toc.offset = last_end_ + get_number();
      last_end_ = toc.offset + entry.size;
      toc.content = Digest::parse("sha256:" + to_hex(get_bytes(toc_format::kHashSize)));
      return;
    case FileType::kSymlink:
    case FileType::kHardLink:
      entry.link_target = get_text();
      return;
    case FileType::kCharDevice:
    case FileType::kBlockDevice:
      entry.device_major = narrow<std::uint32_t>(get_number());
      entry.device_minor = narrow<std::uint32_t>(get_number());
      return;
    case FileType::kDirectory:
    case FileType::kFifo:
      return;
  }
}

void TocReader::get_xattrs(TarEntry& entry) {
  for (std::uint64_t left = get_number(); left > 0; --left) {
    std::string name = get_text();
    entry.xattrs.insert_or_assign(std::move(name), get_text());
  }
}

void TocReader::check_end() {
  if (get_number() != count_) refuse("entries are missing");
  hasher_.update(as_bytes(std::string_view(buffer_).substr(0, position_)));
  const Digest actual = std::exchange(hasher_, Hasher()).finish();
  buffer_.erase(0, position_);
  position_ = 0;
  if (to_hex(get_bytes(toc_format::kHashSize)) != actual.hex()) refuse("its checksum differs");
  if (position_ != buffer_.size() || refill()) refuse("more follows its end");
}

bool TocReader::refill() {
  hasher_.update(as_bytes(buffer_));
  buffer_.resize(chunk_);
  buffer_.resize(source_.read(std::as_writable_bytes(std::span(buffer_))));
  position_ = 0;
  return !buffer_.empty();
}

LayerToc read_toc(Source& source) {
  TocReader reader(source);
  std::vector<TocEntry> entries;
  while (auto entry = reader.next()) entries.push_back(*std::move(entry));
  return LayerToc(std::move(entries));
}

}  // namespace bale::oci
