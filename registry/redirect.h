// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "registry/http_message.h"

namespace bale::registry {

/// How many redirects one request follows.
inline constexpr int kMaxRedirects = 10;

/// The request that follows a redirect, or nothing where the response is none that is followed.
/// Credentials and TLS options stay behind where scheme, host or port change. Throws kDenied for
/// a way from https to http, and from elsewhere to a private address.
std::optional<Request> redirected(const Request& request, const ResponseHead& response);

/// Whether a server at `from` may send us to `to`, by redirect or upload location; throws kDenied
/// with the reason, else.
void check_forwarding(const Url& from, const Url& to);

}  // namespace bale::registry
