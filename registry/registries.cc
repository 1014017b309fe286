// SPDX-License-Identifier: Apache-2.0
#include "registry/registries.h"

#include <utility>

#include "registry/certs_d.h"

namespace bale::registry {

std::vector<std::filesystem::path> RegistriesOptions::default_certificates() {
  return default_certs_d();
}

Registries::Registries(HttpClient& client, const Keychain& keychain, RegistriesConf conf,
                       RegistriesOptions options)
    : client_(client), keychain_(keychain), conf_(std::move(conf)), options_(std::move(options)) {}

Repository Registries::repository(const oci::Reference& image, Repository::Access access,
                                  std::stop_token stop) {
  const Direction direction =
      access == Repository::Access::kPull ? Direction::kPull : Direction::kPush;
  std::vector<Route> routes;
  for (const Endpoint& endpoint : conf_.endpoints(image, direction)) {
    for (Route& route : routes_of(endpoint)) routes.push_back(std::move(route));
  }
  return Repository(image.name(), std::move(routes), access, std::move(stop));
}

void Registries::ping(const std::string& host, const std::stop_token& stop) {
  // Only the host counts here; a rule of registries.conf may still make it insecure.
  oci::Reference any;
  any.host = host;
  any.repository = "any";
  Endpoint endpoint = conf_.endpoints(any, Direction::kPush).back();
  endpoint.repository.clear();
  Repository(host, routes_of(endpoint), Repository::Access::kPull, stop).ping();
}

std::vector<Route> Registries::routes_of(const Endpoint& endpoint) {
  const std::vector<Url> urls = base_urls(endpoint, options_.tls_verify);
  std::vector<Route> routes;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const bool fallback = endpoint.mirror || i + 1 < urls.size();
    routes.push_back({host(urls[i], endpoint, fallback), endpoint.repository,
                      endpoint.mirror ? Route::Role::kMirror : Route::Role::kRegistry});
  }
  return routes;
}

std::shared_ptr<RegistryHost> Registries::host(const Url& base, const Endpoint& endpoint,
                                               bool fallback) {
  const std::string key =
      base.to_string() + " " + keychain_.key(endpoint.host, endpoint.repository);
  const std::lock_guard lock(mutex_);
  auto& host = hosts_[key];
  if (host) return host;
  RetryPolicy retry = options_.retry;
  // Where there is another way, patience with this one is wasted.
  if (fallback) retry.attempts = 1;
  const auto lookup = [&keychain = keychain_, name = endpoint.host,
                       repository = endpoint.repository] {
    return keychain.find(name, repository);
  };
  host = std::make_shared<RegistryHost>(client_, base, tls_for(endpoint), retry, lookup);
  return host;
}

TlsOptions Registries::tls_for(const Endpoint& endpoint) const {
  TlsOptions tls = load_certs_d(options_.certificates, endpoint.host);
  tls.verify = options_.tls_verify.value_or(!endpoint.insecure);
  return tls;
}

}  // namespace bale::registry
