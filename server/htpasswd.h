// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "oci/digest.h"
#include "oci/secret.h"

namespace bale::server {

/// User names and hashed passwords, as `htpasswd -B` writes them: `USER:HASH` lines. Hashes of
/// every kind that crypt(3) knows serve, bcrypt among them. Thread-safe.
class Htpasswd {
 public:
  /// Throws kInvalid for text that is not of this form, or for a hash that crypt(3) cannot check.
  explicit Htpasswd(std::string_view text);

  /// Whether a header `Authorization` names a user with the right password (RFC 7617).
  bool allows(std::string_view authorization);

 private:
  std::map<std::string, std::string> hashes_;
  std::mutex mutex_;
  // Hashing a password takes long by intention; once is enough for one that was right.
  std::set<oci::Digest> known_good_;
};

}  // namespace bale::server
