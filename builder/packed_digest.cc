// SPDX-License-Identifier: Apache-2.0
#include "builder/packed_digest.h"

#include <algorithm>
#include <string>

#include "oci/hex.h"

namespace bale::builder {

PackedDigest pack(const oci::Digest& digest) {
  const std::string hash = oci::from_hex(digest.hex());
  PackedDigest bytes{};
  std::ranges::copy(oci::as_bytes(hash), bytes.begin());
  return bytes;
}

oci::Digest unpack(const PackedDigest& bytes) {
  return oci::Digest::parse("sha256:" + oci::to_hex(oci::as_text(bytes)));
}

}  // namespace bale::builder
