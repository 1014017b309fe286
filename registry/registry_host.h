// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "registry/authenticator.h"
#include "registry/http_client.h"
#include "registry/upload_limits.h"

namespace bale::registry {

/// One registry as seen from here: how it is reached, who we are to it, and what it has shown that
/// it cannot do, so that it is not asked again. Shared by all repositories there. Thread-safe.
class RegistryHost {
 public:
  /// `client` must outlive it. `retry` is for the requests that are made for it.
  RegistryHost(HttpClient& client, Url base, TlsOptions tls, RetryPolicy retry,
               CredentialLookup lookup);

  const Url& base() const { return base_; }
  const RetryPolicy& retry() const { return retry_; }

  /// Sends with what the registry wants to know of us for `scopes`; asks for a token and sends
  /// again where it answers 401. Any other status is the caller's to judge. An upload location on
  /// another origin gets no credentials. Throws as HttpClient does.
  StreamedResponse open(Request request, const Scopes& scopes, const std::stop_token& stop);
  Response send(const Request& request, const Scopes& scopes, const std::stop_token& stop);

  /// The error for a status that the caller cannot use: what the server said and, for a refusal,
  /// whose credentials it refused.
  oci::Error error_of(const Request& request, const Response& response);

  /// False once a request found nobody there: whoever has another way takes it from then on.
  bool reachable() const { return reachable_; }
  void set_unreachable() { reachable_ = false; }

  /// Something that this registry has turned out not to offer.
  enum class Feature { kReferrers };
  bool offers(Feature feature) const;
  void does_not_offer(Feature feature);
  UploadLimits& upload_limits() { return upload_limits_; }

 private:
  HttpClient& client_;
  const Url base_;
  const TlsOptions tls_;
  const RetryPolicy retry_;
  Authenticator authenticator_;
  std::atomic<bool> reachable_ = true;
  mutable std::mutex mutex_;
  std::set<Feature> missing_;
  UploadLimits upload_limits_;
};

}  // namespace bale::registry
