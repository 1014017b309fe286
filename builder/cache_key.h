// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "oci/digest.h"

namespace bale::builder {

/// What a step's result is filed under in the build cache: a hash over all that can change it. A
/// type of its own, so that it is never taken for the digest of content.
class CacheKey {
 public:
  explicit CacheKey(oci::Digest digest) : digest_(std::move(digest)) {}
  std::string_view hex() const noexcept { return digest_.hex(); }

  friend auto operator<=>(const CacheKey&, const CacheKey&) = default;
  friend bool operator==(const CacheKey&, const CacheKey&) = default;

 private:
  oci::Digest digest_;
};

/// Builds a key from named fields. Names and lengths are hashed with the values, so no two
/// different sequences of fields give the same input. One thread at a time; `finish` once.
class CacheKeyHasher {
 public:
  /// `kind` keeps the keys of different kinds of steps apart and carries the version of the format.
  explicit CacheKeyHasher(std::string_view kind) { field("kind", kind); }

  CacheKeyHasher& field(std::string_view name, std::string_view value);
  CacheKeyHasher& field(std::string_view name, std::uint64_t value);
  CacheKey finish();

 private:
  void counted(std::string_view text);
  void flush();

  std::string pending_;  ///< fields are short, and the hasher likes long pieces
  oci::Hasher hasher_;
};

}  // namespace bale::builder
