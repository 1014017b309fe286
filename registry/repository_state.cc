// SPDX-License-Identifier: Apache-2.0
#include "registry/repository_state.h"

#include <set>
#include <utility>

#include "oci/error.h"
#include "registry/server_error.h"

namespace bale::registry {

namespace {

std::string path_for(const Route& route, const Call& call) {
  switch (call.scope) {
    case Call::Scope::kRepository:
      return "/v2/" + route.repository + call.path;
    case Call::Scope::kRegistry:
      return "/v2/" + call.path;
  }
  return {};
}

Request request_for(const Route& route, const Call& call) {
  Request request{.method = call.method,
                  .url = route.host->base().with_path(path_for(route, call)),
                  .headers = call.headers,
                  .body = call.body,
                  .retry = route.host->retry(),
                  .traffic = call.traffic,
                  .not_before = call.not_before,
                  .patience = call.patience};
  for (const auto& [name, value] : call.queries) {
    request.url = request.url.with_query(name, value);
  }
  return request;
}

/// The target of `Link: <TARGET>; rel="next"`, or nothing.
std::optional<std::string> next_link(const Headers& headers) {
  for (const std::string& link : headers.all("Link")) {
    const std::size_t open = link.find('<');
    const std::size_t close = link.find('>', open);
    if (open == std::string::npos || close == std::string::npos) continue;
    const std::string rest = link.substr(close);
    if (rest.find("rel=\"next\"") != std::string::npos ||
        rest.find("rel=next") != std::string::npos) {
      return link.substr(open + 1, close - open - 1);
    }
  }
  return std::nullopt;
}

/// Some registries, ECR among them, say so under a status that does not.
bool is_rate_limit(const Response& response) {
  const ResponseHead& head = response.head;
  if (head.ok() || is_retryable_status(head.status)) return false;
  return parse_server_message(response.body).code == "TOOMANYREQUESTS";
}

/// `ask(TIME)` makes an exchange that begins at that time; made again while the rate is too high.
template <typename Ask>
Exchange<Response> ask_within_rate(Clock::time_point not_before, Ask ask) {
  for (int next = 2;; ++next) {
    Exchange<Response> exchange = ask(not_before);
    if (!is_rate_limit(exchange.response)) return exchange;
    const auto delay = retry_delay(exchange.request.retry, next, random_fraction());
    if (!delay) return exchange;
    not_before = Clock::now() + *delay;
  }
}

/// The next page of a list, at the server that gave the first: a list that ends early would pass
/// for a whole one. Registries behind a proxy that speaks TLS for them give links of the other
/// scheme. Throws kFailed for a link that leads elsewhere.
Url next_page(const Request& request, const std::string& link) {
  const Url& here = request.url;
  const Url next = here.resolve(link);
  if (next.origin() == here.origin()) return next;
  const bool other_scheme = next.is_https() != here.is_https();
  if (next.origin().host == here.origin().host && other_scheme) {
    return here.resolve(next.path() + (next.query().empty() ? "" : "?" + next.query()));
  }
  throw oci::Error(oci::ErrorCode::kFailed,
                   describe(request) + ": the list goes on at " + next.origin().to_string() +
                       ", which is another server",
                   "the registry has to be told the address that it is reached by");
}

}  // namespace

Repository::State::State(std::string name_, std::vector<Route> routes, Access access_,
                         std::stop_token stop_)
    : name(std::move(name_)), access(access_), stop(std::move(stop_)), routes_(std::move(routes)) {}

Repository::State::State(const State& other, std::stop_token stop_)
    : std::enable_shared_from_this<State>(),
      name(other.name),
      access(other.access),
      stop(std::move(stop_)),
      routes_(other.routes_) {}

bool Repository::State::serves(std::size_t route, Purpose purpose) const {
  if (purpose == Purpose::kWrite && routes_[route].role == Route::Role::kMirror) return false;
  return routes_[route].host->reachable() || route + 1 == routes_.size();
}

std::size_t Repository::State::next_route(std::size_t route, Purpose purpose) const {
  do {
    ++route;
  } while (route < routes_.size() && !serves(route, purpose));
  return route;
}

const Route& Repository::State::registry_route() const {
  return routes_[next_route(static_cast<std::size_t>(-1), Purpose::kWrite)];
}

Scopes Repository::State::scopes_of(const Route& route) const {
  switch (access) {
    case Access::kPull:
      return Scopes::repository(route.repository, {"pull"});
    case Access::kPush:
      return Scopes::repository(route.repository, {"pull", "push"});
    case Access::kDelete:
      return Scopes::repository(route.repository, {"delete", "pull"});
  }
  return {};
}

Exchange<StreamedResponse> Repository::State::open(const Call& call, Purpose purpose) const {
  std::size_t at = next_route(static_cast<std::size_t>(-1), purpose);
  while (true) {
    const Route& route = routes_[at];
    const std::size_t next = next_route(at, purpose);
    const bool last = next == routes_.size();
    Request request = request_for(route, call);
    try {
      Scopes scopes = call.scope == Call::Scope::kRepository ? scopes_of(route) : Scopes();
      scopes.merge(call.further_scopes);
      StreamedResponse response = route.host->open(request, scopes, stop);
      const bool settled = response.head.ok() || route.role == Route::Role::kRegistry;
      if (settled || last) return {std::move(request), std::move(response), route.host};
    } catch (const oci::Error& error) {
      if (last || error.code() != oci::ErrorCode::kUnavailable) throw;
      route.host->set_unreachable();
    }
    at = next;
  }
}

Exchange<Response> Repository::State::send(const Call& call, Purpose purpose) const {
  return ask_within_rate(call.not_before, [&](Clock::time_point not_before) {
    Call next = call;
    next.not_before = not_before;
    const Exchange<StreamedResponse> exchange = open(next, purpose);
    return Exchange<Response>{
        exchange.request,
        {exchange.head(), oci::read_all(*exchange.response.body, HttpClient::kMaxDocument)},
        exchange.host};
  });
}

Exchange<Response> Repository::State::put_manifest(Call call) const {
  constexpr int kBadRequest = 400;
  for (int next = 2;; ++next) {
    auto exchange = send(call, Purpose::kWrite);
    const bool met = exchange.head().status == kBadRequest &&
                     exchange.error().code() == oci::ErrorCode::kCorrupt;
    const auto delay = met ? retry_delay(patience(), next, random_fraction()) : std::nullopt;
    if (!delay) return exchange;
    call.not_before = Clock::now() + *delay;
  }
}

Exchange<Response> Repository::State::send_to(const Url& url, const Call& call,
                                              const Scopes& scopes) const {
  const Route& route = registry_route();
  Request request = request_for(route, call);
  request.url = url;
  // An upload that breaks off is begun anew by who knows how, not sent again to the same place.
  if (request.body) request.retry.attempts = 1;
  return ask_within_rate(call.not_before, [&](Clock::time_point not_before) {
    request.not_before = not_before;
    return Exchange<Response>{request, route.host->send(request, scopes, stop), route.host};
  });
}

void Repository::State::for_each_page(
    const Call& first, const std::function<void(const Exchange<Response>& page)>& visit) const {
  Exchange<Response> page = send(first, Purpose::kRead);
  std::set<std::string> seen;
  while (true) {
    visit(page);
    const auto link = next_link(page.head().headers);
    if (!link) return;
    const Url next = next_page(page.request, *link);
    const bool new_page = seen.insert(next.to_string()).second;
    if (!new_page) return;
    Request request{.url = next, .headers = first.headers, .retry = page.host->retry()};
    Response response = page.host->send(request, scopes_of(registry_route()), stop);
    page = {std::move(request), std::move(response), page.host};
  }
}

Traffic traffic_of(std::uint64_t size) {
  constexpr std::uint64_t kBulkSize = std::uint64_t{256} * 1024;
  return size > kBulkSize ? Traffic::kBulk : Traffic::kSmall;
}

std::string media_type_of(const Headers& headers) {
  const std::string text = headers.find("Content-Type").value_or("");
  return std::string(trimmed(std::string_view(text).substr(0, text.find(';'))));
}

}  // namespace bale::registry
