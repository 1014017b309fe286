// SPDX-License-Identifier: Apache-2.0
#include "builder/file_list.h"

#include <algorithm>
#include <utility>

#include "builder/tree_path.h"
#include "oci/toc_reader.h"
#include "oci/toc_writer.h"
#include "oci/varint.h"

namespace bale::builder {

namespace {

// A segment's table is a few kilobytes; a list may be read in many places at once.
constexpr std::size_t kReadAtOnce = 4096;

// What each record of `Segment::rest` has.
constexpr std::uint64_t kHasStamp = 1;
constexpr std::uint64_t kHasLinkGroup = 2;

const oci::Digest& empty_content() {
  static const oci::Digest digest = oci::Digest::of({});
  return digest;
}

bool has_content(const TreeFile& file) { return file.is_regular() && file.entry.size > 0; }

/// Numbers as differences from those of the record before.
class Numbers {
 public:
  explicit Numbers(std::string& text) : text_(text) {}

  void put(std::uint64_t value) { oci::append_varint(text_, value); }
  void put_near(std::uint64_t value, std::uint64_t other) { put(oci::zigzag(value, other)); }
  void put_near(const oci::FileTime& time, const oci::FileTime& other) {
    put_near(static_cast<std::uint64_t>(time.seconds), static_cast<std::uint64_t>(other.seconds));
    put_near(time.nanoseconds, other.nanoseconds);
  }

 private:
  std::string& text_;
};

class NumberReader {
 public:
  explicit NumberReader(std::string_view text) : text_(text) {}

  std::uint64_t get() {
    std::uint64_t value = 0;
    unsigned byte = 0x80;
    for (unsigned shift = 0; (byte & 0x80U) != 0; shift += 7) {
      byte = static_cast<unsigned char>(text_[position_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    }
    return value;
  }
  std::uint64_t get_near(std::uint64_t other) { return oci::unzigzag(get(), other); }
  oci::FileTime get_near(const oci::FileTime& other) {
    const std::uint64_t seconds = get_near(static_cast<std::uint64_t>(other.seconds));
    return {static_cast<std::int64_t>(seconds),
            static_cast<std::uint32_t>(get_near(other.nanoseconds))};
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

void put_stamp(Numbers& rest, const TreeFile& file, const FileStamp& before) {
  const FileStamp& stamp = *file.stamp;
  rest.put_near(stamp.device, before.device);
  rest.put_near(stamp.inode, before.inode);
  rest.put_near(stamp.size, file.entry.size);
  rest.put_near(stamp.modified, file.entry.mtime);
  rest.put_near(stamp.changed, stamp.modified);
}

FileStamp get_stamp(NumberReader& rest, const TreeFile& file, const FileStamp& before) {
  FileStamp stamp;
  stamp.device = rest.get_near(before.device);
  stamp.inode = rest.get_near(before.inode);
  stamp.size = rest.get_near(file.entry.size);
  stamp.modified = rest.get_near(file.entry.mtime);
  stamp.changed = rest.get_near(stamp.modified);
  return stamp;
}

}  // namespace

struct FileList::Writer::Packer {
  oci::StringSink table;
  oci::TocWriter entries{table};
  std::string rest;
  FileStamp stamp;
};

struct FileList::Iterator::Unpacker {
  explicit Unpacker(const Segment& segment)
      : table(oci::as_bytes(segment.table)),
        entries(table, kReadAtOnce),
        rest(segment.rest),
        next_content(segment.first_content) {}

  oci::BytesSource table;
  oci::TocReader entries;
  NumberReader rest;
  FileStamp stamp;
  std::size_t next_content;
};

FileList::FileList(const TreeFile& file) {
  Writer writer;
  writer.add(file);
  *this = writer.finish();
}

TreeFile FileList::at(std::size_t position) const {
  Iterator file(*this, position / kSegment);
  while (file.position() < position) ++file;
  return *file;
}

std::optional<std::size_t> FileList::find(std::string_view path) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), path,
                                      [](std::string_view wanted, const Segment& segment) {
                                        return TreeOrder()(wanted, segment.first_path);
                                      });
  if (after == segments_.begin()) return std::nullopt;
  const auto segment = static_cast<std::size_t>(after - segments_.begin()) - 1;
  const std::size_t last = std::min((segment + 1) * kSegment, size_);
  for (Iterator file(*this, segment); file.position() < last; ++file)
    if (file->entry.path == path) return file.position();
  return std::nullopt;
}

std::optional<std::size_t> FileList::content_of(std::size_t position) const {
  const Segment& segment = segments_[position / kSegment];
  const std::size_t place = position % kSegment;
  if (!segment.with_content[place]) return std::nullopt;
  const std::size_t before = (segment.with_content << (kSegment - place)).count();
  return segment.first_content + before;
}

void FileList::set_content(std::size_t position, const oci::Digest& digest) {
  const auto content = content_of(position);
  if (!content || digest.algorithm() != oci::DigestAlgorithm::kSha256) return;
  contents_[*content] = {pack(digest), true};
  if (position == 0 && front_) front_->content = digest;
}

FileList::Iterator FileList::begin() const { return {*this, 0}; }

FileList::Iterator::Iterator(const FileList& list, std::size_t segment)
    : list_(&list), position_(segment * kSegment) {
  if (position_ < list_->size_) unpack_file();
}

FileList::Iterator::~Iterator() = default;
FileList::Iterator::Iterator(Iterator&&) noexcept = default;
FileList::Iterator& FileList::Iterator::operator=(Iterator&&) noexcept = default;

FileList::Iterator& FileList::Iterator::operator++() {
  ++position_;
  if (position_ < list_->size_) unpack_file();
  return *this;
}

void FileList::Iterator::unpack_file() {
  if (position_ % kSegment == 0 || !unpacker_) {
    unpacker_ = std::make_unique<Unpacker>(list_->segments_[position_ / kSegment]);
  }
  file_.entry = unpacker_->entries.next()->entry;
  const std::uint64_t kind = unpacker_->rest.get();
  file_.link_group = (kind & kHasLinkGroup) != 0 ? unpacker_->rest.get() : 0;
  file_.stamp.reset();
  if ((kind & kHasStamp) != 0) {
    file_.stamp = get_stamp(unpacker_->rest, file_, unpacker_->stamp);
    unpacker_->stamp = *file_.stamp;
  }
  file_.content.reset();
  if (has_content(file_)) {
    const Content& content = list_->contents_[unpacker_->next_content++];
    if (content.known) file_.content = unpack(content.digest);
  } else if (file_.is_regular()) {
    file_.content = empty_content();
  }
}

FileList::Writer::Writer() = default;
FileList::Writer::~Writer() = default;

void FileList::Writer::add(const TreeFile& file) {
  if (!packer_) {
    packer_ = std::make_unique<Packer>();
    list_.segments_.push_back(
        {.first_path = file.entry.path, .first_content = list_.contents_.size()});
  }
  packer_->entries.add({file.entry, std::nullopt});
  Numbers rest(packer_->rest);
  rest.put((file.stamp ? kHasStamp : 0) | (file.link_group != 0 ? kHasLinkGroup : 0));
  if (file.link_group != 0) rest.put(file.link_group);
  if (file.stamp) {
    put_stamp(rest, file, packer_->stamp);
    packer_->stamp = *file.stamp;
  }
  const std::size_t position = list_.size_++;
  if (has_content(file)) {
    list_.segments_.back().with_content.set(position % kSegment);
    list_.contents_.emplace_back();
    if (file.content) list_.set_content(position, *file.content);
  }
  if (list_.size_ % kSegment == 0) close_segment();
}

void FileList::Writer::close_segment() {
  if (!packer_) return;
  packer_->entries.finish();
  Segment& segment = list_.segments_.back();
  segment.table = packer_->table.text();  // copied, which gives it the size that it needs
  segment.rest = packer_->rest;
  packer_.reset();
}

FileList FileList::Writer::finish() {
  close_segment();
  if (!list_.empty()) list_.front_ = *list_.begin();
  return std::move(list_);
}

}  // namespace bale::builder
