// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "registry/credential.h"
#include "registry/http_client.h"
#include "registry/scope.h"

namespace bale::registry {

/// A bearer token and how long it may be used.
struct Token {
  Secret text;
  Clock::time_point expires = {};
  /// Serves for later tokens where the server gave one.
  Secret refresh_token = {};
};

/// What is asked of a token server.
struct TokenQuestion {
  Url realm;
  std::string service;
  Scopes first;  ///< what was just demanded; some servers look at the first scope only
  Scopes others;
  std::optional<Credential> credential;
  TlsOptions tls;
};

/// Asks for a token (distribution, "Token Authentication" and "OAuth2"): by POST with an identity
/// or refresh token, else by GET with the password, or with nobody's name. Throws kDenied with the
/// server's message, kUnavailable, kCorrupt for an answer that holds no token.
Token fetch_token(HttpClient& client, const TokenQuestion& question, const std::stop_token& stop);

/// The answer of a token server; at least a minute, whatever it says.
Token parse_token(std::string_view json, Clock::time_point now);

/// Throws kDenied where a registry's `realm` is not to be asked at all: no longer encrypted, or an
/// address of our own network named by a server elsewhere.
void check_realm(const Url& registry, const Url& realm);

/// Whether the registry's credentials may go to that token server: the same host, or a host of the
/// same domain. A registry must not be able to send passwords wherever it likes.
bool may_take_credentials(const Url& registry, const Url& realm);

/// `Basic …` of a user and password.
Secret basic_authorization(const std::string& username, const Secret& password);

}  // namespace bale::registry
