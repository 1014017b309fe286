// SPDX-License-Identifier: Apache-2.0
#include "oci/decompressor.h"

#include <cstdint>
#include <utility>

namespace bale::oci {

namespace {

std::uint32_t little_endian(Bytes bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8U | static_cast<unsigned>(bytes[i]);
  return value;
}

Compression sniff(InputBuffer& input) {
  if (!input.require(4)) return Compression::kNone;
  const std::uint32_t magic = little_endian(input.rest().first(4));
  if ((magic & 0xFFFFU) == 0x8B1FU) return Compression::kGzip;
  const bool skippable = (magic & 0xFFFFFFF0U) == 0x184D2A50U;
  return magic == 0xFD2FB528U || skippable ? Compression::kZstd : Compression::kNone;
}

class PlainSource final : public Source {
 public:
  explicit PlainSource(InputBuffer& input) : input_(input) {}
  std::size_t read(MutableBytes buffer) override { return input_.read(buffer); }

 private:
  InputBuffer& input_;
};

std::unique_ptr<Source> make_plain(Compression format, InputBuffer& input) {
  switch (format) {
    case Compression::kGzip:
      return make_gzip_decompressor(input);
    case Compression::kZstd:
      return make_zstd_decompressor(input);
    case Compression::kNone:
      break;
  }
  return std::make_unique<PlainSource>(input);
}

}  // namespace

Decompressor::Decompressor(std::unique_ptr<Source> packed)
    : packed_(std::move(packed)),
      input_(*packed_),
      format_(sniff(input_)),
      plain_(make_plain(format_, input_)) {}

Decompressor::~Decompressor() = default;

}  // namespace bale::oci
