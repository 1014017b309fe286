// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_split.h"

#include <isa-l.h>

#include "oci/base64.h"
#include "oci/json_writer.h"

namespace bale::oci {

namespace {

// The types of a line.
constexpr int kContent = 1;
constexpr int kSegment = 2;

std::string big_endian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFFU);
  return bytes;
}

}  // namespace

void TarSplit::add_segment(Bytes raw) {
  // By hand: base64 needs no escapes, and a line may be as long as the longest header.
  const std::string line = R"({"type":)" + std::to_string(kSegment) + R"(,"payload":")" +
                           encode_base64(as_text(raw)) + R"(","position":)" +
                           std::to_string(position_++) + "}\n";
  out_.write(as_bytes(line));
}

void TarSplit::add_content(std::string_view name, std::uint64_t size, std::uint64_t crc) {
  JsonWriter line;
  line.object([&] {
    line.member("type", kContent);
    line.member("name", name);
    if (size > 0) {
      line.member("payload", encode_base64(big_endian(crc)));
    } else {
      line.key("payload");
      line.null();
    }
    line.member("position", position_++);
    if (size > 0) line.member("size", size);
  });
  out_.write(as_bytes(line.text()));
  out_.write(as_bytes(std::string_view("\n")));
}

std::uint64_t crc64_of(std::uint64_t crc, Bytes bytes) {
  return crc64_iso_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace bale::oci
