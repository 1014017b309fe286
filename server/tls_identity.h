// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "oci/secret.h"

namespace bale::server {

/// Certificate chain and key in PEM.
struct TlsIdentity {
  std::string certificate;
  oci::Secret key;

  // The server's TLS library says no more than that it does not start. Each throws kInvalid, saying
  // what is wrong; and kFailed where GnuTLS is not installed.

  /// That the chain is one.
  void check_certificate() const;
  /// That the key is one, without a password, and belongs to the chain, which is checked.
  void check_key() const;
};

}  // namespace bale::server
