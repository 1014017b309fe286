// SPDX-License-Identifier: Apache-2.0
#include "tools/packing_options.h"

#include <charconv>

#include "oci/block_compressor.h"
#include "oci/error.h"

namespace bale::tools {

namespace {

oci::LayerOptions parse_compression(const std::string& word) {
  oci::LayerOptions options;
  if (word.empty() || word == "gzip") return options;
  options.compression = word == "none" ? oci::Compression::kNone : oci::Compression::kZstd;
  if (word == "zstd" || word == "none") return options;
  options.frames = oci::ZstdFrames::kFiles;
  if (word == "zstd:chunked") return options;
  throw oci::Error(oci::ErrorCode::kInvalid, "unknown --compression " + word,
                   "one of gzip, zstd, zstd:chunked, none");
}

oci::CompressionLevel parse_level(const std::string& word) {
  using Kind = oci::CompressionLevel::Kind;
  if (word == "default") return {Kind::kDefault, 0};
  if (word == "fast") return {Kind::kFast, 0};
  if (word == "small") return {Kind::kSmall, 0};
  int number = 0;
  const char* const end = word.data() + word.size();
  if (std::from_chars(word.data(), end, number).ptr == end && !word.empty()) {
    return {Kind::kNumber, number};
  }
  throw oci::Error(oci::ErrorCode::kInvalid, "unknown --compression-level " + word,
                   "a number, fast, default or small");
}

}  // namespace

PackingFlags add_packing_options(const Command& command, PackingOptions& target) {
  const Option compression = command.text("--compression", target.compression,
                                          "gzip|zstd|zstd:chunked|none", "Packing of layers");
  const Option level = command.text("--compression-level", target.level, "N|fast|default|small",
                                    "How hard to compress");
  return {compression, level};
}

oci::LayerOptions parse_layer_options(const PackingOptions& options) {
  oci::LayerOptions parsed = parse_compression(options.compression);
  parsed.level = parse_level(options.level);
  oci::compressor_id(parsed);  // throws for a level that the codec does not have
  return parsed;
}

}  // namespace bale::tools
