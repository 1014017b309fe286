// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "oci/media_type.h"

namespace bale::oci {

/// `--compression-level`: a codec's own number, or what the user wants of it.
struct CompressionLevel {
  enum class Kind { kDefault, kFast, kSmall, kNumber };
  Kind kind = Kind::kDefault;
  int number = 0;
};

/// Of zstd: kFiles is zstd:chunked, where each content lies in frames of its own and a table says
/// where, so that clients which know it fetch only the files that they lack.
enum class ZstdFrames { kBlocks, kFiles };

struct LayerOptions {
  Compression compression = Compression::kGzip;
  CompressionLevel level = {};
  ZstdFrames frames = ZstdFrames::kBlocks;
  /// mtimes later than this are set to it (SOURCE_DATE_EPOCH).
  std::optional<std::int64_t> clamp_mtime = std::nullopt;
  /// Builders cut mtimes to seconds, as Docker, BuildKit and buildah do: a fraction costs a
  /// kilobyte an entry. kExact is for layers made from layers.
  enum class MtimePrecision { kSeconds, kExact } mtime_precision = MtimePrecision::kSeconds;

  bool is_chunked() const {
    return compression == Compression::kZstd && frames == ZstdFrames::kFiles;
  }
};

}  // namespace bale::oci
