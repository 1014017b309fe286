// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "oci/reference.h"
#include "registry/http_client.h"
#include "registry/keychain.h"
#include "registry/registries_conf.h"
#include "registry/repository.h"

namespace bale::registry {

struct RegistriesOptions {
  /// --tls-verify, where it was given: wins over registries.conf and the rule for this machine.
  std::optional<bool> tls_verify = std::nullopt;
  RetryPolicy retry = {};
  std::vector<std::filesystem::path> certificates = default_certificates();

  static std::vector<std::filesystem::path> default_certificates();
};

/// All registries that the program talks to: from the name of an image to its repository.
/// Connections, tokens and what was learnt of a host are shared by all repositories from here.
/// Thread-safe.
class Registries {
 public:
  /// `client` and `keychain` must outlive it and its repositories.
  explicit Registries(HttpClient& client, const Keychain& keychain = no_keychain(),
                      RegistriesConf conf = {}, RegistriesOptions options = {});

  /// The repository of an image; tag and digest choose among mirrors only. No request is sent.
  /// Requests of the repository end when `stop` is asked for.
  Repository repository(const oci::Reference& image, Repository::Access access,
                        std::stop_token stop = {});

  /// `GET /v2/` of a host: that it is there and takes our credentials. Throws kDenied, kNotFound
  /// where something answers that is no registry, kUnavailable.
  void ping(const std::string& host, const std::stop_token& stop = {});

  HttpClient& client() { return client_; }
  const RegistriesConf& conf() const { return conf_; }

 private:
  std::vector<Route> routes_of(const Endpoint& endpoint);
  std::shared_ptr<RegistryHost> host(const Url& base, const Endpoint& endpoint, bool fallback);
  TlsOptions tls_for(const Endpoint& endpoint) const;

  HttpClient& client_;
  const Keychain& keychain_;
  const RegistriesConf conf_;
  const RegistriesOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<RegistryHost>> hosts_;  // shared by repositories
};

}  // namespace bale::registry
