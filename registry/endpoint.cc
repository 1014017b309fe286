// SPDX-License-Identifier: Apache-2.0
#include "registry/endpoint.h"

#include "oci/error.h"

namespace bale::registry {

namespace {

constexpr const char* kDockerHub = "docker.io";
constexpr const char* kDockerHubApi = "registry-1.docker.io";

}  // namespace

std::string api_host(const std::string& host) {
  return host == kDockerHub || host == "index.docker.io" ? kDockerHubApi : host;
}

std::string login_host(const std::string& api_host) {
  return api_host == kDockerHubApi ? kDockerHub : api_host;
}

std::vector<Url> base_urls(const Endpoint& endpoint, std::optional<bool> tls_verify) {
  const std::string host = api_host(endpoint.host);
  const auto https = Url::try_parse("https://" + host + "/");
  if (!https) {
    throw oci::Error(oci::ErrorCode::kInvalid, "'" + endpoint.host + "' is not a registry host");
  }
  const bool plain =
      tls_verify ? !*tls_verify : endpoint.insecure || is_loopback(https->origin().host);
  if (!plain) return {*https};
  return {*https, Url::parse("http://" + host + "/")};
}

}  // namespace bale::registry
