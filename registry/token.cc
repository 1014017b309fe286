// SPDX-License-Identifier: Apache-2.0
#include "registry/token.h"

#include <algorithm>
#include <vector>

#include "oci/base64.h"
#include "oci/json_object.h"
#include "registry/redirect.h"
#include "registry/server_error.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxTokenAnswer = std::size_t{1024} * 1024;
constexpr std::chrono::seconds kShortestLife{60};
constexpr std::chrono::seconds kLongestLife{std::chrono::hours(24)};

std::vector<std::string> scope_texts(const TokenQuestion& question) {
  std::vector<std::string> texts = question.first.to_strings();
  for (std::string& text : question.others.to_strings()) {
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  }
  return texts;
}

Request base_request(const TokenQuestion& question) {
  Request request{.url = question.realm};
  request.redirects = Redirects::kSameOrigin;
  request.tls = question.tls;
  return request;
}

Request get_request(const TokenQuestion& question) {
  Request request = base_request(question);
  if (!question.service.empty()) request.url = request.url.with_query("service", question.service);
  for (const std::string& scope : scope_texts(question)) {
    request.url = request.url.with_query("scope", scope);
  }
  if (question.credential && !question.credential->password.empty()) {
    request.url = request.url.with_query("account", question.credential->username);
    request.authorization =
        basic_authorization(question.credential->username, question.credential->password);
  }
  return request;
}

Request post_request(const TokenQuestion& question) {
  std::string scopes;
  for (const std::string& scope : scope_texts(question)) {
    scopes += (scopes.empty() ? "" : " ") + scope;
  }
  Request request = base_request(question);
  request.method = "POST";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = Body::of(
      "grant_type=refresh_token&client_id=bale&service=" + percent_encode(question.service) +
      "&scope=" + percent_encode(scopes) +
      "&refresh_token=" + percent_encode(question.credential->identity_token.reveal()));
  return request;
}

/// How many of the last labels of a name make the domain that one owner has: two, or three under
/// the likes of co.uk. A guess that errs towards keeping credentials back.
std::string_view owners_domain(std::string_view host) {
  std::vector<std::size_t> dots;
  for (std::size_t at = 0; at < host.size(); ++at) {
    if (host[at] == '.') dots.push_back(at);
  }
  if (dots.size() < 2) return host;
  const std::size_t top = host.size() - dots.back() - 1;
  const std::size_t second = dots.back() - dots[dots.size() - 2] - 1;
  const std::size_t labels = top == 2 && second <= 3 ? 3 : 2;
  return dots.size() < labels ? host : host.substr(dots[dots.size() - labels] + 1);
}

bool is_address(std::string_view host) {
  return host.front() == '[' || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

Secret basic_authorization(const std::string& username, const Secret& password) {
  return Secret("Basic " + oci::encode_base64(username + ":" + password.reveal()));
}

void check_realm(const Url& registry, const Url& realm) {
  try {
    check_forwarding(registry, realm);
  } catch (const oci::Error& error) {
    throw error.in("asking for a token");
  }
}

bool may_take_credentials(const Url& registry, const Url& realm) {
  const std::string& from = registry.origin().host;
  const std::string& to = realm.origin().host;
  if (from == to) return true;
  if (is_address(from) || is_address(to)) return false;
  return owners_domain(from) == owners_domain(to);
}

Token parse_token(std::string_view json, Clock::time_point now) {
  const oci::JsonDocument document(json, "the token server's answer");
  const oci::JsonObject object(document);
  auto text = object.optional_string("access_token");
  if (!text || text->empty()) text = object.optional_string("token");
  if (!text || text->empty()) {
    throw oci::Error(oci::ErrorCode::kCorrupt, "the token server's answer holds no token");
  }
  const std::chrono::seconds life(object.optional_integer("expires_in").value_or(0));
  return {Secret(*std::move(text)), now + std::clamp(life, kShortestLife, kLongestLife),
          Secret(object.string_or_empty("refresh_token"))};
}

Token fetch_token(HttpClient& client, const TokenQuestion& question, const std::stop_token& stop) {
  const Clock::time_point asked = Clock::now();
  Request request = get_request(question);
  if (question.credential && !question.credential->identity_token.empty()) {
    request = post_request(question);
  }
  Response response = client.send(request, stop, kMaxTokenAnswer);
  if (request.method == "POST" && (response.head.status == 404 || response.head.status == 405)) {
    request = get_request(question);
    response = client.send(request, stop, kMaxTokenAnswer);
  }
  if (!response.head.ok()) throw server_error(request, response).in("asking for a token");
  return parse_token(response.body, asked);
}

}  // namespace bale::registry
