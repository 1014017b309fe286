// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/file_tree.h"
#include "builder/packed_digest.h"

namespace bale::builder {

/// Files of a tree, packed so that a context of a million fits in 40 MB: a file takes about 35
/// bytes, and 33 more where it has content. Read from the front; positions can be looked up too.
/// Fixed once made, but for the digests of contents. Thread-safe, where no digest is set while the
/// same file is read.
class FileList {
 public:
  class Iterator;
  class Writer;

  FileList() = default;
  /// A list of one.
  explicit FileList(const TreeFile& file);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  /// The first file.
  const TreeFile& front() const { return *front_; }
  TreeFile at(std::size_t position) const;
  /// Where a path is; of a list in TreeOrder.
  std::optional<std::size_t> find(std::string_view path) const;

  /// Says what the content of a regular file is. Digests other than sha256 are not kept.
  void set_content(std::size_t position, const oci::Digest& digest);

  Iterator begin() const;
  static std::default_sentinel_t end() { return {}; }

 private:
  friend class Iterator;
  static constexpr std::size_t kSegment = 256;  // files that are packed together

  /// Up to kSegment files: their entries as a table of contents, and what else there is of each.
  struct Segment {
    std::string first_path;
    std::string table = {};
    std::string rest = {};
    std::bitset<kSegment> with_content = {};
    std::size_t first_content = 0;  ///< in `contents_`
  };
  struct Content {
    PackedDigest digest;
    bool known = false;
  };

  /// Where the digest of a file's content is; nothing where it has none.
  std::optional<std::size_t> content_of(std::size_t position) const;

  std::optional<TreeFile> front_;
  std::vector<Segment> segments_;
  std::deque<Content> contents_;  // grows without moving what may be a large array
  std::size_t size_ = 0;
};

/// Reads a list from a segment's start on; an input iterator, which unpacks each file once.
class FileList::Iterator {
 public:
  using value_type = TreeFile;
  using difference_type = std::ptrdiff_t;

  /// Starts at the first file of that segment.
  Iterator(const FileList& list, std::size_t segment);
  ~Iterator();
  Iterator(Iterator&&) noexcept;
  Iterator& operator=(Iterator&&) noexcept;

  const TreeFile& operator*() const { return file_; }
  const TreeFile* operator->() const { return &file_; }
  Iterator& operator++();
  void operator++(int) { ++*this; }
  std::size_t position() const { return position_; }
  bool operator==(std::default_sentinel_t) const { return position_ == list_->size_; }

 private:
  struct Unpacker;

  void open_segment();
  void unpack_file();

  const FileList* list_;
  std::size_t position_;
  std::unique_ptr<Unpacker> unpacker_;
  TreeFile file_;
};

/// Makes a list, file by file.
class FileList::Writer {
 public:
  Writer();
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(const TreeFile& file);
  /// Once, last.
  FileList finish();

 private:
  struct Packer;

  void close_segment();

  FileList list_;
  std::unique_ptr<Packer> packer_;  // of the last segment; null between segments
};

}  // namespace bale::builder
