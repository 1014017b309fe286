// SPDX-License-Identifier: Apache-2.0
#include "builder/cache_key.h"

#include "oci/bytes.h"

namespace bale::builder {

void CacheKeyHasher::counted(std::string_view text) {
  hasher_.update(oci::as_bytes(std::to_string(text.size()) + ":"));
  hasher_.update(oci::as_bytes(text));
}

CacheKeyHasher& CacheKeyHasher::field(std::string_view name, std::string_view value) {
  counted(name);
  counted(value);
  return *this;
}

CacheKeyHasher& CacheKeyHasher::field(std::string_view name, std::uint64_t value) {
  return field(name, std::to_string(value));
}

}  // namespace bale::builder
