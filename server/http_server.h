// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "oci/fd.h"
#include "server/http_message.h"
#include "server/tls_identity.h"

namespace bale::server {

struct HttpServerOptions {
  /// Further ones wait until one ends. Each has a thread of its own.
  std::size_t max_connections = 512;
  /// A connection on which nothing moves for so long is closed.
  std::chrono::seconds idle_timeout{120};
  std::optional<TlsIdentity> tls = std::nullopt;
  /// Told of each request that was answered, from the connection's thread.
  std::function<void(const HttpRequest& request, int status)> on_answer = {};
};

/// An HTTP/1.1 server. Requests are answered by a service, each connection in a thread of its own,
/// so that none waits for another. Bodies stream in both directions.
///
/// The one place that knows libmicrohttpd.
class HttpServer {
 public:
  /// Serves from now on. `listener` is bound and listens; `service` must outlive the server. Throws
  /// kFailed where the certificate or key are no good.
  HttpServer(oci::UniqueFd listener, HttpService& service, HttpServerOptions options = {});
  /// Breaks off what is not done.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Takes no new connections, gives requests that are being answered so long to end, and breaks
  /// off the rest.
  void stop(std::chrono::milliseconds grace);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::server
