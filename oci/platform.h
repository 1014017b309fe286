// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::oci {

/// Which machines a manifest is for (image-spec, image-index.md, "platform").
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  std::string os_version;
  std::vector<std::string> os_features;

  /// Strict: `OS/ARCH[/VARIANT]`, `ARCH` alone for linux, aliases (`x86_64`, `aarch64`) folded,
  /// the default variant dropped (`linux/arm64/v8` is `linux/arm64`). Throws kInvalid for an
  /// unknown system or architecture and names the nearest known one.
  static Platform parse(std::string_view text);
  /// A comma-separated list, at least one, duplicates dropped.
  static std::vector<Platform> parse_list(std::string_view text);
  /// The machine that this program runs on.
  static Platform host();

  /// `linux/arm64`, `linux/arm/v7`
  std::string to_string() const;
  /// What an attestation manifest carries in an index.
  bool is_unknown() const { return os == "unknown" && architecture == "unknown"; }

  friend auto operator<=>(const Platform&, const Platform&) = default;
  friend bool operator==(const Platform&, const Platform&) = default;
};

/// The same platform with aliases folded and default variants dropped; for values that come from
/// documents, where unknown names are legal.
Platform normalized(Platform platform);

}  // namespace bale::oci
