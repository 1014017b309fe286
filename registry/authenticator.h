// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "registry/challenge.h"
#include "registry/credential.h"
#include "registry/http_client.h"
#include "registry/scope.h"
#include "registry/token.h"

namespace bale::registry {

/// Looks a credential up; called at most once for a registry, and only when it asks for one.
using CredentialLookup = std::function<std::optional<Credential>()>;

/// Makes the `Authorization` of requests to one registry: nothing, until it asks; then Basic or
/// Bearer as it wants it. Tokens are kept by what they allow and renewed before they expire; of
/// many threads that need the same one, one asks. Thread-safe.
class Authenticator {
 public:
  /// `client` must outlive it.
  Authenticator(HttpClient& client, Url registry, TlsOptions tls, CredentialLookup lookup);

  /// May ask the token server. Empty where the registry has not asked for anything.
  Secret authorization(const Scopes& wanted, const std::stop_token& stop);

  /// Takes in a 401 to a request that had carried `used`; true where the same request, sent again
  /// with a new `authorization`, may fare better. False means that it is a refusal.
  bool learn(const ResponseHead& refusal, const Scopes& wanted, const Secret& used);

  bool has_credential() { return credential().has_value(); }
  /// For messages: "with the credentials of /root/.docker/config.json", "without credentials".
  std::string describe_credential();

 private:
  enum class Scheme { kUnknown, kBasic, kBearer };

  /// One kind of token; its mutex is held while it is fetched, so that only one thread asks.
  struct TokenSlot {
    std::mutex mutex;
    std::optional<Token> token;
  };

  const std::optional<Credential>& credential();
  bool learn_bearer(const Challenge& challenge, const Scopes& wanted, const Secret& used);
  TokenQuestion question(const Scopes& wanted);
  std::shared_ptr<TokenSlot> slot(const Scopes& scopes);
  Secret bearer(const Scopes& wanted, const std::stop_token& stop);

  HttpClient& client_;
  const Url registry_;
  const TlsOptions tls_;
  const CredentialLookup lookup_;

  std::mutex lookup_mutex_;
  std::optional<std::optional<Credential>> credential_;  // empty: not looked up yet

  std::mutex mutex_;  // guards what follows
  Scheme scheme_ = Scheme::kUnknown;
  std::optional<Url> realm_;
  std::string service_;
  std::map<Scopes, Scopes> demanded_;  // what a challenge added to what we thought was enough
  std::map<Scopes, std::shared_ptr<TokenSlot>> slots_;  // shared: used outside the lock
};

}  // namespace bale::registry
