// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "oci/error.h"
#include "registry/credential.h"

namespace bale::registry {

/// A program `docker-credential-NAME` in PATH that keeps credentials (the protocol of docker's
/// credential helpers). Run without a shell; waits for it.
class CredentialHelper {
 public:
  /// Throws kInvalid for a name that is not letters, digits, `-` and `_`.
  explicit CredentialHelper(std::string name);

  /// Nothing where the helper knows none for the host. Throws kFailed where it is missing or fails
  /// otherwise: going on without a name would hide that.
  std::optional<Credential> get(const std::string& host) const;
  void store(const std::string& host, const Credential& credential) const;
  void erase(const std::string& host) const;

 private:
  struct Outcome {
    int status = 0;
    std::string output;
  };
  Outcome run(const std::string& action, const std::string& input) const;
  oci::Error failure(const std::string& action, const Outcome& outcome) const;

  std::string program_;
};

}  // namespace bale::registry
