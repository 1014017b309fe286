// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "oci/bytes.h"
#include "oci/zstd_sink.h"

namespace bale::oci {

/// The tar without its contents, in the format of tar-split: JSON lines of raw segments (a header
/// with the padding before it) and of contents (name, size, CRC). With the contents it gives the
/// very bytes of the tar again. One thread at a time.
class TarSplit {
 public:
  explicit TarSplit(int level) : out_(packed_, {level}) {}

  void add_segment(Bytes raw);
  /// The content behind a header, an empty one too; the CRC (crc64_of) counts where there is one.
  void add_content(std::string_view name, std::uint64_t size, std::uint64_t crc);

  std::uint64_t plain_size() const { return out_.plain_size(); }
  /// The zstd frame. Once, last.
  std::string finish() {
    out_.finish();
    return packed_.text();
  }

 private:
  StringSink packed_;
  ZstdSink out_;
  std::uint64_t position_ = 0;
};

/// CRC-64 with the polynomial of ISO 3309, carried on from `crc` (0 at first).
std::uint64_t crc64_of(std::uint64_t crc, Bytes bytes);

}  // namespace bale::oci
