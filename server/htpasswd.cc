// SPDX-License-Identifier: Apache-2.0
#include "server/htpasswd.h"

#include <memory>

#include <crypt.h>

#include "oci/base64.h"
#include "oci/error.h"
#include "oci/shared_library.h"
#include "server/text.h"

namespace bale::server {

namespace {

/// Loaded by the first server with passwords.
struct CryptLibrary {
  oci::SharedLibrary library{"libcrypt.so.1", "libcrypt1"};
  decltype(&::crypt_r) crypt_r = library["crypt_r"];
};

const CryptLibrary& crypt() {
  static const CryptLibrary library;
  return library;
}

/// Nothing for a hash of an unknown kind.
std::optional<std::string> hash_with(const std::string& password, const std::string& setting) {
  const auto scratch = std::make_unique<crypt_data>();
  const char* hash = crypt().crypt_r(password.c_str(), setting.c_str(), scratch.get());
  if (hash == nullptr || hash[0] == '*') return std::nullopt;
  return hash;
}

bool same_hash(const std::string& a, const std::string& b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned char>(a[i] ^ b[i]);  // as long for every guess
  }
  return difference == 0;
}

[[noreturn]] void refuse(std::size_t line, const std::string& why) {
  throw oci::Error(oci::ErrorCode::kInvalid, "line " + std::to_string(line) + ": " + why,
                   "htpasswd -B writes what is understood");
}

}  // namespace

Htpasswd::Htpasswd(std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0) refuse(number, "not USER:HASH");
    const std::string hash = line.substr(colon + 1);
    // Without a $ it is the oldest kind, which looks like any word and is broken.
    if (!hash.starts_with('$') || !hash_with("", hash)) refuse(number, "a hash of an unknown kind");
    hashes_[line.substr(0, colon)] = hash;
  }
}

bool Htpasswd::allows(std::string_view authorization) {
  constexpr std::string_view kScheme = "Basic ";
  if (!same_word(authorization.substr(0, kScheme.size()), kScheme)) return false;
  const auto digest = oci::Digest::of(oci::as_bytes(authorization));
  {
    const std::lock_guard lock(mutex_);
    if (known_good_.contains(digest)) return true;
  }
  const auto pair = oci::decode_base64(authorization.substr(kScheme.size()));
  if (!pair) return false;
  const auto colon = pair->find(':');
  const auto found = hashes_.find(pair->substr(0, colon));
  if (colon == std::string::npos || found == hashes_.end()) return false;
  const oci::Secret password(pair->substr(colon + 1));
  const auto hash = hash_with(password.reveal(), found->second);
  if (!hash || !same_hash(*hash, found->second)) return false;
  const std::lock_guard lock(mutex_);
  known_good_.insert(digest);
  return true;
}

}  // namespace bale::server
