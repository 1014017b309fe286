// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "server/http_message.h"

namespace bale::server {

/// The refusal of a request whose end its fields leave in doubt: two servers that read it, a proxy
/// and this one, could take a part of its body for another request (RFC 9112, sections 5.1, 6.1 and
/// 6.3). Its connection closes after it. Nothing for a request whose end is clear.
std::optional<HttpResponse> refuse_unclear_framing(const HttpRequest& request);

}  // namespace bale::server
