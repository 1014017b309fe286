// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_writer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "oci/error.h"
#include "oci/printable.h"
#include "oci/tar_header.h"

namespace bale::oci {

void TarWriter::add(const TarEntry& entry) {
  if (entry.type == FileType::kRegular && entry.size != 0) {
    throw Error(ErrorCode::kInvalid,
                "tar entry " + in_quotes(entry.path) + " comes without content");
  }
  write_header(entry);
}

void TarWriter::add(TarEntry entry, Bytes content) {
  entry.size = content.size();
  write_header(entry);
  out_.write(content);
  write_zeros(tar_padding(content.size()));
}

void TarWriter::add(const TarEntry& entry, Source& content) {
  write_header(entry);
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kChunkSize);
  for (std::uint64_t left = entry.size; left > 0;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(left, kChunkSize));
    const std::size_t got = content.read({buffer.get(), want});
    if (got == 0) {
      throw Error(ErrorCode::kCorrupt, "the content of " + in_quotes(entry.path) + " ends " +
                                           std::to_string(left) + " bytes early");
    }
    out_.write({buffer.get(), got});
    left -= got;
  }
  write_zeros(tar_padding(entry.size));
}

void TarWriter::finish() { write_zeros(kTarEnd); }

void TarWriter::write_header(const TarEntry& entry) {
  header_.clear();
  append_tar_header(header_, entry);
  out_.write(as_bytes(header_));
}

void TarWriter::write_zeros(std::size_t count) {
  static constexpr std::array<std::byte, kTarEnd> kZeros{};
  if (count > 0) out_.write(Bytes(kZeros).first(count));
}

}  // namespace bale::oci
