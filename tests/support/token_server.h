// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/http_server.h"

namespace bale::test {

/// A token server that docker-registry trusts: it signs what it allows (RS256), and everything that
/// is asked for is allowed. Thread-safe.
class TokenServer {
 public:
  TokenServer();
  ~TokenServer();
  TokenServer(const TokenServer&) = delete;
  TokenServer& operator=(const TokenServer&) = delete;

  /// How long tokens are good for from now on, by the registry's clock; what the server says of
  /// them is five minutes.
  void give_tokens_for(std::chrono::seconds life);
  /// Who is asked for a password, `USER:PASSWORD`; empty: nobody.
  void demand(std::string login);

  /// The `auth` of a docker-registry that wants these tokens.
  std::string registry_configuration() const;
  /// `http://HOST/token`
  std::string realm() const;

  /// The scopes of each token that was given, in order, as one text each.
  std::vector<std::string> scopes() const;
  /// Requests as they came.
  std::vector<HttpRequest> requests() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::test
