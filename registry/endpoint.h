// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/url.h"

namespace bale::registry {

/// A place that may have a repository, as registries.conf says or the name alone.
struct Endpoint {
  std::string host;        ///< `ghcr.io`, `127.0.0.1:5000`; also the key of its credentials
  std::string repository;  ///< as it is called there
  bool insecure = false;   ///< the certificate is not checked, and http is tried
  bool mirror = false;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// The API of a host: `docker.io` is served by `registry-1.docker.io`.
std::string api_host(const std::string& host);
/// The other way round: the name that credentials are kept under.
std::string login_host(const std::string& api_host);

/// The addresses to try, in order: https; then http where the host is on this machine or insecure,
/// unless `tls_verify` is asked for in so many words. Throws kInvalid for a host that is none.
std::vector<Url> base_urls(const Endpoint& endpoint, std::optional<bool> tls_verify);

}  // namespace bale::registry
