// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "registry/credential.h"

namespace bale::registry {

/// Where credentials come from. Thread-safe.
class Keychain {
 public:
  virtual ~Keychain() = default;

  /// The credential for a repository of a host (`ghcr.io`, `127.0.0.1:5000`), or nothing. May run a
  /// program. Throws where a source is there but broken: silence would look like "not logged in".
  virtual std::optional<Credential> find(const std::string& host,
                                         const std::string& repository) const = 0;

  /// Repositories with the same answer have the same credential; costs little.
  virtual std::string key(const std::string& host, const std::string& repository) const = 0;
};

/// Knows nobody.
const Keychain& no_keychain();

}  // namespace bale::registry
