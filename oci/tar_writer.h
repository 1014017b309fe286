// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "oci/io.h"
#include "oci/tar_entry.h"

namespace bale::oci {

/// Writes a tar archive into a sink, entry by entry; the same entries give the same bytes. The
/// plain way, for archives whose members are at hand; layers go through `LayerWriter`. One thread
/// at a time.
class TarWriter {
 public:
  /// `out` must outlive the writer.
  explicit TarWriter(Sink& out) : out_(out) {}

  /// An entry without content.
  void add(const TarEntry& entry);
  /// A regular file; `entry.size` is taken from the content.
  void add(TarEntry entry, Bytes content);
  /// A regular file; reads `entry.size` bytes. Throws kCorrupt where the source ends before.
  void add(const TarEntry& entry, Source& content);
  /// Writes the end of the archive. Once, last.
  void finish();

 private:
  void write_header(const TarEntry& entry);
  void write_zeros(std::size_t count);

  Sink& out_;
  std::string header_;
};

}  // namespace bale::oci
