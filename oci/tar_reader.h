// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "oci/input_buffer.h"
#include "oci/io.h"
#include "oci/tar_entry.h"

namespace bale::oci {

struct UstarHeader;

/// Reads the tar of a layer entry by entry: ustar, pax, and of GNU tar long names and binary
/// numbers. Takes names as bytes, whatever the locale. A leading '/' is dropped as Docker does, "."
/// components too; a ".." component is refused.
///
/// Throws kCorrupt for what is no tar, for entries that are cut off, for negative sizes, NULs in
/// pax names, extended headers past 1 MiB, sparse files and unknown types. One thread at a time.
class TarReader {
 public:
  /// `source` must outlive the reader.
  explicit TarReader(Source& source) : input_(source), content_(*this) {}
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  /// The next entry; what was not read of the one before is skipped. Nothing at the archive's end;
  /// what follows it is left in the source.
  std::optional<TarEntry> next();
  /// Of the entry that `next` gave: its content, and where it starts in the archive.
  Source& content() { return content_; }
  std::uint64_t content_offset() const { return content_offset_; }
  /// Reads whatever is left of the source: a digest is of everything.
  void drain();

 private:
  class Content final : public Source {
   public:
    explicit Content(TarReader& reader) : reader_(reader) {}
    std::size_t read(MutableBytes buffer) override { return reader_.read_content(buffer); }

   private:
    TarReader& reader_;
  };

  struct Extensions;

  std::size_t read_content(MutableBytes buffer);
  void skip_content();
  void skip(std::uint64_t count);
  std::uint64_t skip_up_to(std::uint64_t most);
  bool read_header(UstarHeader& header);
  bool read_extension(const UstarHeader& header, Extensions& extensions);
  std::string read_extension_body(const UstarHeader& header);
  bool read_exactly(MutableBytes out);

  InputBuffer input_;
  Content content_;
  std::uint64_t position_ = 0;  // in the archive
  std::uint64_t content_offset_ = 0;
  std::uint64_t content_left_ = 0;
  std::uint64_t padding_ = 0;
  std::string path_;  // of the entry, for messages
};

}  // namespace bale::oci
