// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "oci/bytes.h"

namespace bale::oci {

/// The registered algorithms of image-spec, descriptor.md, "Digests".
enum class DigestAlgorithm { kSha256, kSha512 };

/// A content digest, `ALGORITHM:HEX`. Always valid once made: the algorithm is registered and the
/// hex part has its exact length in lower case, so it is safe in a path and in a URL. A value type;
/// thread-safe like any value.
class Digest {
 public:
  /// Throws kInvalid with the faulty text.
  static Digest parse(std::string_view text);
  static std::optional<Digest> try_parse(std::string_view text) noexcept;
  static Digest of(Bytes content, DigestAlgorithm algorithm = DigestAlgorithm::kSha256);

  DigestAlgorithm algorithm() const noexcept { return algorithm_; }
  /// "sha256" or "sha512"
  std::string_view algorithm_name() const noexcept;
  std::string_view hex() const noexcept;
  /// The first 12 hex digits, for people.
  std::string_view short_hex() const noexcept { return hex().substr(0, 12); }
  const std::string& to_string() const noexcept { return text_; }

  friend auto operator<=>(const Digest&, const Digest&) = default;
  friend bool operator==(const Digest&, const Digest&) = default;

 private:
  friend class Hasher;
  Digest(DigestAlgorithm algorithm, std::string text);

  DigestAlgorithm algorithm_;
  std::string text_;
};

/// The digest of a layer's uncompressed tar (image-spec, config.md, "rootfs.diff_ids"). A type of
/// its own, so that it cannot be taken for the digest of the compressed blob.
class DiffId {
 public:
  explicit DiffId(Digest digest) : digest_(std::move(digest)) {}
  const Digest& digest() const noexcept { return digest_; }
  const std::string& to_string() const noexcept { return digest_.to_string(); }

  friend auto operator<=>(const DiffId&, const DiffId&) = default;
  friend bool operator==(const DiffId&, const DiffId&) = default;

 private:
  Digest digest_;
};

/// Computes a digest piece by piece. One thread at a time; `finish` may be called once.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm = DigestAlgorithm::kSha256);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(Bytes content);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci

template <>
struct std::hash<bale::oci::Digest> {
  std::size_t operator()(const bale::oci::Digest& digest) const noexcept {
    return std::hash<std::string>()(digest.to_string());
  }
};
