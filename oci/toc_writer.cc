// SPDX-License-Identifier: Apache-2.0
#include "oci/toc_writer.h"

#include <algorithm>

#include "oci/error.h"
#include "oci/hex.h"
#include "oci/toc_format.h"
#include "oci/varint.h"

namespace bale::oci {

namespace {

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::size_t>(end - a.begin());
}

unsigned kind_of(const TocEntry& entry) {
  unsigned kind = static_cast<unsigned>(entry.entry.type) + 1;
  if (entry.content) kind |= toc_format::kHasContent;
  if (!entry.entry.xattrs.empty()) kind |= toc_format::kHasXattrs;
  if (entry.entry.mtime.nanoseconds != 0) kind |= toc_format::kHasFraction;
  return kind;
}

}  // namespace

TocWriter::TocWriter(Sink& out) : out_(out) { buffer_ = toc_format::kMagic; }

void TocWriter::add(const TocEntry& toc) {
  const TarEntry& entry = toc.entry;
  put_byte(kind_of(toc));
  put_path(entry.path);
  put_number(entry.mode);
  put_number(entry.uid);
  put_number(entry.gid);
  const auto mtime = static_cast<std::uint64_t>(entry.mtime.seconds);
  put_number(zigzag(mtime, last_mtime_));
  last_mtime_ = mtime;
  if (entry.mtime.nanoseconds != 0) put_number(entry.mtime.nanoseconds);
  put_content(toc);
  if (!entry.xattrs.empty()) put_xattrs(entry);
  ++count_;
  if (buffer_.size() >= kChunkSize) flush();
}

void TocWriter::finish() {
  put_byte(toc_format::kEnd);
  put_number(count_);
  flush();
  const std::string hash = from_hex(hasher_.finish().hex());
  out_.write(as_bytes(hash));
}

void TocWriter::put_byte(unsigned value) { buffer_ += static_cast<char>(value); }

void TocWriter::put_number(std::uint64_t value) { append_varint(buffer_, value); }

void TocWriter::put_text(std::string_view text) {
  put_number(text.size());
  buffer_ += text;
}

void TocWriter::put_path(std::string_view path) {
  const std::size_t shared = shared_prefix(last_path_, path);
  put_number(shared);
  put_text(path.substr(shared));
  last_path_ = path;
}

void TocWriter::put_content(const TocEntry& toc) {
  const TarEntry& entry = toc.entry;
  switch (entry.type) {
    case FileType::kRegular:
      put_number(entry.size);
      if (!toc.content) return;
      put_number(toc.offset - last_end_);
      last_end_ = toc.offset + entry.size;
      buffer_ += from_hex(toc.content->hex());
      return;
    case FileType::kSymlink:
    case FileType::kHardLink:
      return put_text(entry.link_target);
    case FileType::kCharDevice:
    case FileType::kBlockDevice:
      put_number(entry.device_major);
      return put_number(entry.device_minor);
    case FileType::kDirectory:
    case FileType::kFifo:
      return;
  }
}

void TocWriter::put_xattrs(const TarEntry& entry) {
  put_number(entry.xattrs.size());
  for (const auto& [name, value] : entry.xattrs) {
    put_text(name);
    put_text(value);
  }
}

void TocWriter::flush() {
  hasher_.update(as_bytes(buffer_));
  out_.write(as_bytes(buffer_));
  buffer_.clear();
}

}  // namespace bale::oci
