// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the .cc files of Repository alone.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "registry/repository.h"

namespace bale::registry {

/// A request before it is known which route it takes.
struct Call {
  std::string method = "GET";
  /// Whether `path` follows `/v2/NAME` or `/v2/`.
  enum class Scope { kRepository, kRegistry } scope = Scope::kRepository;
  std::string path = {};
  std::vector<std::pair<std::string, std::string>> queries = {};
  /// Beyond those of the repository.
  Scopes further_scopes = {};
  Headers headers = {};
  std::optional<Body> body = std::nullopt;
  Traffic traffic = Traffic::kSmall;
  Clock::time_point not_before = {};
  std::chrono::seconds patience = {};
};

/// A request that was sent, and what came back.
template <typename Answer>
struct Exchange {
  Request request;
  Answer response;
  std::shared_ptr<RegistryHost> host;

  const ResponseHead& head() const { return response.head; }
  /// The error for a status that is none of those hoped for.
  oci::Error error() const { return host->error_of(request, response); }
};

class Repository::State : public std::enable_shared_from_this<Repository::State> {
 public:
  /// Which routes may serve: mirrors are for reading.
  enum class Purpose { kRead, kWrite };

  State(std::string name, std::vector<Route> routes, Access access, std::stop_token stop);
  State(const State& other, std::stop_token stop);

  Exchange<StreamedResponse> open(const Call& call, Purpose purpose) const;
  Exchange<Response> send(const Call& call, Purpose purpose) const;
  /// Again where the registry says that the bytes have another digest: two who write the same
  /// manifest at once meet in docker-registry, and one of them is told so.
  Exchange<Response> put_manifest(Call call) const;
  /// To an upload's location, which belongs to the registry itself.
  Exchange<Response> send_to(const Url& url, const Call& call, const Scopes& scopes) const;
  /// Follows `Link: …; rel="next"` from page to page of a list.
  void for_each_page(const Call& first,
                     const std::function<void(const Exchange<Response>& page)>& visit) const;

  /// The registry's own route, as far as it is known by now.
  const Route& registry_route() const;
  Scopes scopes_of(const Route& route) const;
  /// How often what broke off is tried again where there is no other way.
  const RetryPolicy& patience() const { return routes_.back().host->retry(); }

  const std::string name;
  const Access access;
  const std::stop_token stop;

 private:
  bool serves(std::size_t route, Purpose purpose) const;
  /// The route after `route` that serves, or the number of routes.
  std::size_t next_route(std::size_t route, Purpose purpose) const;

  const std::vector<Route> routes_;
};

/// Bodies over a certain size get a connection of their own.
Traffic traffic_of(std::uint64_t size);

/// The type of a manifest without parameters.
std::string media_type_of(const Headers& headers);

}  // namespace bale::registry
