// SPDX-License-Identifier: Apache-2.0
#include "server/http_message.h"

#include <algorithm>

#include "server/text.h"

namespace bale::server {

namespace {

std::optional<std::string> first_value(const Fields& fields, const auto& has_name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return has_name(field.first); });
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<std::string> HttpRequest::header(std::string_view name) const {
  return first_value(headers, [&](const std::string& other) { return same_word(name, other); });
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  return first_value(query, [&](const std::string& other) { return name == other; });
}

std::optional<std::uint64_t> HttpRequest::content_length() const {
  const auto text = header("Content-Length");
  return text ? parse_number(*text) : std::nullopt;
}

bool HttpRequest::has_body() const {
  return header("Transfer-Encoding").has_value() || content_length().value_or(0) > 0;
}

}  // namespace bale::server
