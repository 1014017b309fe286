// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "registry/headers.h"

namespace bale::test {

/// A request as a server of a test sees it.
struct HttpRequest {
  std::string method;
  std::string target;  ///< path and query as sent
  registry::Headers headers;
  std::string body;
  bool truncated = false;  ///< the client went away in the middle of the body

  /// Before the question mark.
  std::string path() const;
  /// A query's decoded value, or ""; of several the first.
  std::string query(const std::string& name) const;
  std::vector<std::string> queries(const std::string& name) const;
  /// `METHOD PATH`
  std::string line() const { return method + " " + path(); }
};

/// What it answers; the faults are exact to the byte.
struct HttpAnswer {
  int status = 200;
  registry::Headers headers = {};
  std::string body = {};
  /// The connection breaks after so many bytes of the body, whose full length was announced.
  std::optional<std::size_t> cut_after = std::nullopt;
  /// The connection breaks without an answer.
  bool hang_up = false;
  /// The answer is never finished: the connection stays open in silence after `cut_after`.
  bool stall = false;
};

/// An HTTP/1.1 server inside the test, on a port that the kernel chose. Each connection has a
/// thread; the handler is called from any. Thread-safe.
class HttpServer {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;

  explicit HttpServer(Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// `127.0.0.1:PORT`
  std::string host() const;
  /// `http://127.0.0.1:PORT`
  std::string url() const { return "http://" + host(); }

  /// Everything that was asked so far, in order, as `METHOD PATH`.
  std::vector<std::string> lines() const;
  std::vector<HttpRequest> requests() const;
  void forget_requests();
  std::size_t connections() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::test
