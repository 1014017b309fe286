// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "oci/fd.h"
#include "oci/io.h"

namespace bale::server {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// What came before the body. Path and query are decoded.
struct HttpRequest {
  std::string method;
  std::string path;
  Fields query = {};
  Fields headers = {};

  /// The first value of a header, whose name is compared without regard to case.
  std::optional<std::string> header(std::string_view name) const;
  /// The first value of a parameter of the query.
  std::optional<std::string> parameter(std::string_view name) const;
  /// What Content-Length says; nothing where there is none, or no number.
  std::optional<std::uint64_t> content_length() const;
  /// Whether a body follows, of known size or not.
  bool has_body() const;
};

/// A part of a file as the body of a response: the kernel sends it, it is never in memory.
struct FileBody {
  oci::UniqueFd file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct HttpResponse {
  int status = 200;
  Fields headers = {};
  std::variant<std::string, FileBody> body = {};
};

/// Takes the body of one request and answers at its end. Destroyed before `finish`: the client went
/// away. One thread at a time.
class BodyReceiver : public oci::Sink {
 public:
  virtual HttpResponse finish() = 0;
};

/// To what is known before the body: an answer that needs none of it, or what takes it.
using Answer = std::variant<HttpResponse, std::unique_ptr<BodyReceiver>>;

/// Answers requests. Thread-safe: each connection calls from a thread of its own.
class HttpService {
 public:
  virtual ~HttpService() = default;
  virtual Answer answer(const HttpRequest& request) = 0;
  /// The answer where something was thrown, while a request was answered or its body taken.
  virtual HttpResponse failure(const std::exception& error) = 0;

 protected:
  HttpService() = default;
  HttpService(const HttpService&) = default;
  HttpService& operator=(const HttpService&) = default;
};

}  // namespace bale::server
