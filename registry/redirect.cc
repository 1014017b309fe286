// SPDX-License-Identifier: Apache-2.0
#include "registry/redirect.h"

#include <string>
#include <utility>

#include "oci/error.h"

namespace bale::registry {

namespace {

bool is_followed(const Request& request, int status) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  switch (status) {
    case 307:
    case 308:
      return true;
    case 301:
    case 302:
    case 303:
      return reads;
    default:
      return false;
  }
}

}  // namespace

void check_forwarding(const Url& from, const Url& to) {
  const auto refuse = [&](const std::string& reason) {
    throw oci::Error(oci::ErrorCode::kDenied, "refused to go from " + from.redacted() + " to " +
                                                  to.redacted() + ": " + reason);
  };
  if (from.is_https() && !to.is_https()) refuse("the connection would no longer be encrypted");
  if (is_private_address(to.origin().host) && !is_private_address(from.origin().host)) {
    refuse("a server elsewhere points at an address of this network");
  }
  if (is_link_local(to.origin().host) && to.origin().host != from.origin().host) {
    refuse("a server points at an address of the link, where machines keep their secrets");
  }
}

std::optional<Request> redirected(const Request& request, const ResponseHead& response) {
  if (!is_followed(request, response.status)) return std::nullopt;
  const auto location = response.headers.find("Location");
  if (!location) return std::nullopt;
  Request next = request;
  next.url = request.url.resolve(*location);
  check_forwarding(request.url, next.url);
  if (next.url.origin() != request.url.origin()) {
    if (request.redirects == Redirects::kSameOrigin) {
      throw oci::Error(oci::ErrorCode::kDenied, describe(request) +
                                                    ": refused to take the credentials on to " +
                                                    next.url.origin().to_string());
    }
    next.authorization = Secret();
    next.tls = TlsOptions();
  }
  return next;
}

}  // namespace bale::registry
