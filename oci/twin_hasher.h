// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <variant>

#include "oci/bytes.h"
#include "oci/digest.h"
#include "oci/sha256.h"

namespace bale::oci {

/// Two SHA-256 digests in one pass: that of a stream, and those of contents that lie in it one
/// after another, as they do in a tar. Where Sha256 is available, bytes that count for both are
/// taken in for both at once, in three quarters of the time of two Hashers. One thread at a time.
class TwinHasher {
 public:
  TwinHasher();

  /// Whether this processor takes bytes in for both digests at once.
  static bool is_one_pass() { return Sha256::is_available(); }

  /// Bytes of the stream alone.
  void update(Bytes bytes);
  /// Bytes of the stream that are the content's too.
  void update_content(Bytes bytes);
  /// The digest of the content so far; what comes is the next one's.
  Digest finish_content();
  /// The digest of the stream. Once, last.
  Digest finish();

 private:
  /// Of the stream, and of the content.
  std::variant<std::pair<Sha256, Sha256>, std::pair<Hasher, Hasher>> twins_;
};

}  // namespace bale::oci
