// SPDX-License-Identifier: Apache-2.0
#include "builder/cache_key.h"

#include "oci/bytes.h"

namespace bale::builder {

namespace {

constexpr std::size_t kPiece = 16384;

}  // namespace

void CacheKeyHasher::counted(std::string_view text) {
  pending_ += std::to_string(text.size());
  pending_ += ':';
  pending_ += text;
  if (pending_.size() >= kPiece) flush();
}

CacheKeyHasher& CacheKeyHasher::field(std::string_view name, std::string_view value) {
  counted(name);
  counted(value);
  return *this;
}

CacheKeyHasher& CacheKeyHasher::field(std::string_view name, std::uint64_t value) {
  return field(name, std::to_string(value));
}

void CacheKeyHasher::flush() {
  hasher_.update(oci::as_bytes(pending_));
  pending_.clear();
}

CacheKey CacheKeyHasher::finish() {
  flush();
  return CacheKey(hasher_.finish());
}

}  // namespace bale::builder
