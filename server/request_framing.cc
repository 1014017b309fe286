// SPDX-License-Identifier: Apache-2.0
#include "server/request_framing.h"

#include <algorithm>
#include <string>
#include <vector>

#include "server/text.h"

namespace bale::server {

namespace {

/// RFC 9110, section 5.6.2.
bool is_token_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool digit = c >= '0' && c <= '9';
  return letter || digit || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// A blank before the colon would make it another field to this server than to a laxer one.
bool is_field_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

std::vector<std::string> values_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [other, value] : request.headers) {
    if (same_word(name, other)) values.push_back(value);
  }
  return values;
}

HttpResponse refusal(int status, const std::string& why) {
  return {status, {{"Connection", "close"}, {"Content-Type", "text/plain"}}, why + "\n"};
}

}  // namespace

std::optional<HttpResponse> refuse_unclear_framing(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!is_field_name(name)) return refusal(400, "a header has a name that is none");
  }
  const auto lengths = values_of(request, "Content-Length");
  const auto codings = values_of(request, "Transfer-Encoding");
  if (lengths.size() > 1) return refusal(400, "more than one Content-Length");
  if (codings.empty()) return std::nullopt;
  if (!lengths.empty()) return refusal(400, "both Content-Length and Transfer-Encoding");
  if (codings.size() > 1) return refusal(400, "more than one Transfer-Encoding");
  if (!same_word(codings[0], "chunked")) return refusal(501, "no Transfer-Encoding but chunked");
  return std::nullopt;
}

}  // namespace bale::server
