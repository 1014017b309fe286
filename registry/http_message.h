// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "oci/io.h"
#include "registry/headers.h"
#include "registry/retry.h"
#include "registry/secret.h"
#include "registry/url.h"

namespace bale::registry {

using Clock = std::chrono::steady_clock;

/// How a host is known to be itself. Empty paths: the system's.
struct TlsOptions {
  bool verify = true;
  std::string ca_file = {};             ///< replaces the system's bundle
  std::string extra_authorities = {};   ///< PEM, beside the system's bundle
  std::string client_certificate = {};  ///< path
  std::string client_key = {};          ///< path

  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

/// What a request carries. Opened again for each attempt, in the thread that sends it.
struct Body {
  std::function<std::unique_ptr<oci::Source>()> open;
  std::uint64_t size = 0;

  static Body of(std::string text);
};

/// Small requests share a connection where the server offers HTTP/2; bulk ones get one of their
/// own, since one stalled or lossy connection would hold up all streams on it.
enum class Traffic { kSmall, kBulk };

/// Token requests carry passwords in their bodies and queries: they never leave their origin.
enum class Redirects { kFollow, kSameOrigin };

struct Request {
  std::string method = "GET";
  Url url;
  Headers headers = {};
  /// The value of `Authorization`; goes to the origin of `url` and to no other, wherever the
  /// request is redirected.
  Secret authorization = {};
  std::optional<Body> body = std::nullopt;
  /// Bound to the origin like the authorization.
  TlsOptions tls = {};
  RetryPolicy retry = {};
  Traffic traffic = Traffic::kSmall;
  Redirects redirects = Redirects::kFollow;
  Clock::time_point not_before = {};
  /// How long it may stand still, where that is longer than the client's own limit.
  std::chrono::seconds patience = {};
};

struct ResponseHead {
  int status = 0;
  Headers headers = {};
  Url url;  ///< where it came from in the end

  bool ok() const { return status >= 200 && status < 300; }
};

/// The whole answer, for documents.
struct Response {
  ResponseHead head;
  std::string body;
};

/// The answer as it comes in. Dropped before the end of `body`: the transfer is cancelled.
struct StreamedResponse {
  ResponseHead head;
  std::unique_ptr<oci::Source> body;
};

/// `METHOD URL`, for messages.
std::string describe(const Request& request);

}  // namespace bale::registry
