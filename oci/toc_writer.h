// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "oci/digest.h"
#include "oci/io.h"
#include "oci/layer_toc.h"

namespace bale::oci {

/// Writes a table of contents entry by entry, in the format of docs/formats/toc.md. What it needs
/// of memory does not grow with the entries. One thread at a time.
class TocWriter {
 public:
  /// `out` must outlive the writer.
  explicit TocWriter(Sink& out);

  void add(const TocEntry& entry);
  /// Writes the end with the checksum; a table without it is refused when read. Once, last.
  void finish();

 private:
  void put_byte(unsigned value);
  void put_number(std::uint64_t value);
  void put_text(std::string_view text);
  void put_path(std::string_view path);
  void put_content(const TocEntry& entry);
  void put_xattrs(const TarEntry& entry);
  void flush();

  Sink& out_;
  Hasher hasher_;
  std::string buffer_;
  std::string last_path_;
  std::uint64_t last_mtime_ = 0;
  std::uint64_t last_end_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace bale::oci
