// SPDX-License-Identifier: Apache-2.0
#include "oci/twin_hasher.h"

#include "oci/hex.h"

namespace bale::oci {

namespace {

Digest digest_of_all(Hasher& hash) { return hash.finish(); }

Digest digest_of_all(Sha256& hash) {
  return Digest::parse("sha256:" + to_hex(as_text(hash.finish())));
}

void update_both(Sha256& one, Sha256& other, Bytes bytes) { Sha256::update(one, other, bytes); }

void update_both(Hasher& one, Hasher& other, Bytes bytes) {
  one.update(bytes);
  other.update(bytes);
}

}  // namespace

TwinHasher::TwinHasher() {
  if (!is_one_pass()) twins_.emplace<std::pair<Hasher, Hasher>>();
}

void TwinHasher::update(Bytes bytes) {
  std::visit([&](auto& twins) { twins.first.update(bytes); }, twins_);
}

void TwinHasher::update_content(Bytes bytes) {
  std::visit([&](auto& twins) { update_both(twins.first, twins.second, bytes); }, twins_);
}

Digest TwinHasher::finish_content() {
  return std::visit(
      [](auto& twins) {
        using Hash = std::remove_reference_t<decltype(twins.second)>;
        Hash content = std::exchange(twins.second, Hash());
        return digest_of_all(content);
      },
      twins_);
}

Digest TwinHasher::finish() {
  return std::visit([](auto& twins) { return digest_of_all(twins.first); }, twins_);
}

}  // namespace bale::oci
