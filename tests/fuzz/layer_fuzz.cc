// SPDX-License-Identifier: Apache-2.0
// From any bytes to entries: nothing but oci::Error comes out, every path stays in the root, and
// an entry that was read is read again after it was written.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "oci/decompressor.h"
#include "oci/error.h"
#include "oci/tar_header.h"
#include "oci/tar_reader.h"
#include "oci/ustar_header.h"
#include "oci/whiteout.h"

namespace bale::oci {
namespace {

/// Of what a small input unpacks to, this much is looked at.
constexpr std::size_t kMost = std::size_t{4} << 20;

void require(bool fact) {
  if (!fact) std::abort();
}

/// A fuzzer does not guess checksums: they are put right.
std::string with_checksums(std::string tar) {
  for (std::size_t at = 0; at + kTarBlock <= tar.size(); at += kTarBlock) {
    UstarHeader header;
    std::memcpy(&header, tar.data() + at, sizeof header);
    if (std::memcmp(header.magic, "ustar", 5) != 0) continue;
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06lo",
                  static_cast<unsigned long>(ustar_sums(header).plain));
    std::memcpy(tar.data() + at + offsetof(UstarHeader, checksum), digits, sizeof digits);
  }
  return tar;
}

std::string unpack(std::string_view bytes) {
  Decompressor source(std::make_unique<BytesSource>(as_bytes(bytes)));
  std::string text(kMost, '\0');
  text.resize(read_full(source, std::as_writable_bytes(std::span(text))));
  return text;
}

void check_path(std::string_view path) {
  require(path.empty() || (path.front() != '/' && path.back() != '/'));
  const std::string bounded = '/' + std::string(path) + '/';
  require(bounded.find("/../") == std::string::npos);
  require(bounded.find("/./") == std::string::npos);
  require(path.find('\0') == std::string_view::npos);
}

void check_written(const TarEntry& entry) {
  std::string header;
  append_tar_header(header, entry);
  BytesSource source(as_bytes(header));
  TarReader reader(source);
  require(reader.next() == entry);
}

bool is_writable(const TarEntry& entry) {
  constexpr std::uint32_t kLargestDevice = 07777777;
  return entry.device_major <= kLargestDevice && entry.device_minor <= kLargestDevice &&
         std::none_of(entry.xattrs.begin(), entry.xattrs.end(),
                      [](const auto& xattr) { return xattr.first.empty(); });
}

void read_entries(std::string_view tar) {
  BytesSource source(as_bytes(tar));
  TarReader reader(source);
  while (const auto entry = reader.next()) {
    check_path(entry->path);
    if (entry->type == FileType::kHardLink) check_path(entry->link_target);
    parse_whiteout(entry->path);
    if (is_writable(*entry)) check_written(*entry);
    require(reader.content_offset() <= tar.size());
  }
}

}  // namespace
}  // namespace bale::oci

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bale::oci;
  try {
    read_entries(with_checksums(unpack({reinterpret_cast<const char*>(data), size})));
  } catch (const Error&) {
  }
  return 0;
}
