// SPDX-License-Identifier: Apache-2.0
#include "registry/server_error.h"

#include <algorithm>

#include "oci/json.h"
#include "oci/printable.h"

namespace bale::registry {

namespace {

constexpr std::size_t kLongestText = 500;

std::string harmless(std::string_view text) {
  std::string line(trimmed(text.substr(0, kLongestText)));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return oci::printable(line);
}

std::string text_of(const oci::Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

ServerMessage message_of_json(const oci::Json& json) {
  if (!json.is_object()) return {};
  if (const auto errors = json.find("errors"); errors != json.end() && errors->is_array() &&
                                               !errors->empty() && errors->front().is_object()) {
    const oci::Json& first = errors->front();
    std::string text = text_of(first, "message");
    if (const std::string detail = text_of(first, "detail");
        !detail.empty() && detail != "null" && detail != "{}") {
      text += text.empty() ? detail : " (" + detail + ")";
    }
    return {harmless(text_of(first, "code")), harmless(text)};
  }
  for (const char* key : {"message", "details", "error_description", "error", "detail"}) {
    if (const std::string text = text_of(json, key); !text.empty()) return {{}, harmless(text)};
  }
  return {};
}

oci::ErrorCode code_of(int status, const ServerMessage& message) {
  if (message.code == "TOOMANYREQUESTS") return oci::ErrorCode::kUnavailable;
  if (message.code == "DIGEST_INVALID") return oci::ErrorCode::kCorrupt;
  switch (status) {
    case 401:
    case 403:
      return oci::ErrorCode::kDenied;
    case 404:
      return oci::ErrorCode::kNotFound;
    default:
      return is_retryable_status(status) || status > 500 ? oci::ErrorCode::kUnavailable
                                                         : oci::ErrorCode::kFailed;
  }
}

std::string hint_for(int status) {
  switch (status) {
    case 401:
      return "check the user name and the password";
    case 403:
      return "check that these credentials may use this repository: bale auth check";
    case 429:
      return "log in for a higher limit, or try again later";
    default:
      return {};
  }
}

}  // namespace

ServerMessage parse_server_message(std::string_view body) {
  const std::string_view text = trimmed(body);
  if (text.empty() || text.front() == '<') return {};
  const auto json = oci::Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? ServerMessage{{}, harmless(text)} : message_of_json(json);
}

oci::Error server_error(const Request& request, const Response& response) {
  const int status = response.head.status;
  const ServerMessage message = parse_server_message(response.body);
  std::string what = describe(request) + ": " + std::to_string(status);
  if (!message.code.empty()) what += " " + message.code;
  if (!message.text.empty()) what += ": " + message.text;
  for (const char* name :
       {"X-Request-Id", "X-GitHub-Request-Id", "Docker-Distribution-Request-Id"}) {
    if (const auto id = response.head.headers.find(name)) {
      what += " (request " + harmless(*id) + ")";
      break;
    }
  }
  return oci::Error(code_of(status, message), what, hint_for(status));
}

}  // namespace bale::registry
