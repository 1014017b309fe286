// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "oci/digest.h"
#include "oci/io.h"
#include "oci/layer_toc.h"

namespace bale::oci {

/// Reads a table of contents entry by entry, in the format of docs/formats/toc.md. Never allocates
/// by a length that it has not seen the bytes of. One thread at a time.
class TocReader {
 public:
  /// `source` must outlive the reader, which asks it for `chunk` bytes at a time.
  explicit TocReader(Source& source, std::size_t chunk = kChunkSize);

  /// The next entry; nothing at the end, once count and checksum hold. Throws kCorrupt.
  std::optional<TocEntry> next();

 private:
  unsigned get_byte();
  std::uint64_t get_number();
  std::string get_bytes(std::uint64_t size);
  std::string get_text() { return get_bytes(get_number()); }
  std::string get_path();
  void get_content(TocEntry& toc, unsigned kind);
  void get_xattrs(TarEntry& entry);
  void check_end();
  bool refill();

  Source& source_;
  const std::size_t chunk_;
  Hasher hasher_;
  std::string buffer_;
  std::size_t position_ = 0;
  std::string last_path_;
  std::uint64_t last_mtime_ = 0;
  std::uint64_t last_end_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace bale::oci
