// SPDX-License-Identifier: Apache-2.0
#include "registry/registry_host.h"

#include <utility>

#include "registry/endpoint.h"
#include "registry/server_error.h"

namespace bale::registry {

namespace {

/// Without a token, with one, and with one for what the server demanded on top.
constexpr int kAuthorizationRounds = 3;

}  // namespace

RegistryHost::RegistryHost(HttpClient& client, Url base, TlsOptions tls, RetryPolicy retry,
                           CredentialLookup lookup)
    : client_(client),
      base_(std::move(base)),
      tls_(std::move(tls)),
      retry_(retry),
      authenticator_(client, base_, tls_, std::move(lookup)) {
  // It takes parts of up to 4 MiB only, and answers the others when it has got them.
  if (base_.origin().host == "ghcr.io") upload_limits_.refuse_chunks();
}

StreamedResponse RegistryHost::open(Request request, const Scopes& scopes,
                                    const std::stop_token& stop) {
  if (request.url.origin() != base_.origin()) return client_.open(request, stop);
  request.tls = tls_;
  for (int round = 1;; ++round) {
    request.authorization = authenticator_.authorization(scopes, stop);
    StreamedResponse response = client_.open(request, stop);
    if (response.head.status != 401 || round == kAuthorizationRounds) return response;
    // A challenge that came over a redirect is another server's, and no business of ours.
    if (response.head.url.origin() != base_.origin()) return response;
    if (!authenticator_.learn(response.head, scopes, request.authorization)) return response;
  }
}

Response RegistryHost::send(const Request& request, const Scopes& scopes,
                            const std::stop_token& stop) {
  const StreamedResponse response = open(request, scopes, stop);
  return {response.head, oci::read_all(*response.body, HttpClient::kMaxDocument)};
}

oci::Error RegistryHost::error_of(const Request& request, const Response& response) {
  const oci::Error error = server_error(request, response);
  if (error.code() != oci::ErrorCode::kDenied) return error;
  const std::string login = "bale login " + login_host(base_.authority());
  std::string hint = error.hint();
  if (response.head.status == 401) {
    hint = authenticator_.has_credential() ? "check them, or take others: " + login : login;
  }
  return oci::Error(error.code(),
                    std::string(error.what()) + ", " + authenticator_.describe_credential(), hint,
                    error.detail());
}

bool RegistryHost::offers(Feature feature) const {
  const std::lock_guard lock(mutex_);
  return missing_.count(feature) == 0;
}

void RegistryHost::does_not_offer(Feature feature) {
  const std::lock_guard lock(mutex_);
  missing_.insert(feature);
}

}  // namespace bale::registry
