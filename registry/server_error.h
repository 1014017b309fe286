// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "oci/error.h"
#include "registry/http_message.h"

namespace bale::registry {

/// What a registry says about a failure, from whatever form of body it sent: the specification's
/// `errors`, `message`, `details`, plain text; "" for HTML and silence. Control characters are
/// made harmless.
struct ServerMessage {
  std::string code;  ///< `MANIFEST_UNKNOWN`; "" where the body has none
  std::string text;
};
ServerMessage parse_server_message(std::string_view body);

/// The error for a response that is none that was hoped for: "PUT https://…: 403 DENIED: …".
/// kDenied for 401 and 403, kNotFound for 404, kUnavailable for 429 and 5xx, else kFailed.
oci::Error server_error(const Request& request, const Response& response);

}  // namespace bale::registry
