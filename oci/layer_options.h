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

struct LayerOptions {
  Compression compression = Compression::kGzip;
  CompressionLevel level = {};
  /// mtimes later than this are set to it (SOURCE_DATE_EPOCH).
  std::optional<std::int64_t> clamp_mtime = std::nullopt;
  /// Builders cut mtimes to seconds, as Docker, BuildKit and buildah do: a fraction costs a
  /// kilobyte an entry. kExact is for layers made from layers.
  enum class MtimePrecision { kSeconds, kExact } mtime_precision = MtimePrecision::kSeconds;
};

}  // namespace bale::oci
