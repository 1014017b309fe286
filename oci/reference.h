// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oci/digest.h"

namespace bale::oci {

/// A name in a registry: `HOST/REPOSITORY[:TAG][@DIGEST]` (distribution-spec, "Pulling manifests").
/// A digest wins over a tag wherever something is resolved; the tag is then for display.
struct Reference {
  std::string host;        ///< `docker.io`, `ghcr.io`, `127.0.0.1:5000`, `localhost`
  std::string repository;  ///< without the host: `library/debian`
  std::optional<std::string> tag;
  std::optional<Digest> digest;

  /// Fills in `docker.io/` and `library/` as Docker does; `localhost/x` and `HOST:PORT/x` are left
  /// alone. No tag is filled in. Throws kInvalid: upper case in a repository, a bad tag, a name
  /// over 255 bytes, a bare 64-digit hex name.
  static Reference parse(std::string_view text);

  /// `HOST/REPOSITORY`
  std::string name() const { return host + "/" + repository; }
  /// `HOST/REPOSITORY[:TAG][@DIGEST]`
  std::string to_string() const;
  /// The same with `latest` where it has neither tag nor digest.
  Reference with_default_tag() const;
  Reference with_tag(std::string_view new_tag) const;
  Reference with_digest(const Digest& new_digest) const;
  /// What follows `/manifests/` in a request: the digest, else the tag, else `latest`.
  std::string manifest_reference() const;

  friend auto operator<=>(const Reference&, const Reference&) = default;
  friend bool operator==(const Reference&, const Reference&) = default;
};

/// Whether the text may stand as a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
bool is_valid_tag(std::string_view tag);

}  // namespace bale::oci
