// SPDX-License-Identifier: Apache-2.0
#include "server/registry_service.h"

#include <algorithm>
#include <optional>

#include "oci/error.h"
#include "server/htpasswd.h"
#include "server/service_parts.h"
#include "server/text.h"

namespace bale::server {

namespace {

constexpr const char* kVersionHeader = "Docker-Distribution-API-Version";
constexpr const char* kVersion = "registry/2.0";

Answer dispatch(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  switch (route.endpoint) {
    case Endpoint::kBase:
      return is_read(request) ? json_response("{}") : method_not_allowed("GET, HEAD");
    case Endpoint::kCatalog:
      return answer_catalog(parts, request);
    case Endpoint::kManifest:
      return answer_manifest(parts, request, route);
    case Endpoint::kBlob:
      return answer_blob(parts, request, route);
    case Endpoint::kUploads:
      return answer_uploads(parts, request, route);
    case Endpoint::kUpload:
      return answer_upload(parts, request, route);
    case Endpoint::kTags:
      return answer_tags(parts, request, route);
    case Endpoint::kReferrers:
      return answer_referrers(parts, request, route);
  }
  return error_response(ApiErrorCode::kUnknown, "no such endpoint");
}

HttpResponse unauthorized() {
  auto response = error_response(ApiErrorCode::kUnauthorized, "log in first");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"bale\", charset=\"UTF-8\"");
  return response;
}

}  // namespace

class RegistryService::State {
 public:
  State(ServedImages& images, const RegistryOptions& options)
      : parts{images,
              {images.blobs(), options.uploads},
              MemoryBudget(options.manifest_memory),
              {},
              {}},
        writes(options.writes) {
    if (!options.htpasswd.empty()) passwords.emplace(options.htpasswd);
  }

  Answer answer(const HttpRequest& request) {
    if (passwords && !passwords->allows(request.header("Authorization").value_or(""))) {
      return unauthorized();
    }
    const auto route = parse_route(request.path);
    if (!route) return error_response(404, ApiErrorCode::kUnsupported, "no such path");
    if (writes == Writes::kRefused && !is_read(request)) return method_not_allowed("GET, HEAD");
    const bool has_name =
        route->endpoint != Endpoint::kBase && route->endpoint != Endpoint::kCatalog;
    if (has_name && !is_valid_repository(route->repository)) {
      return error_response(ApiErrorCode::kNameInvalid,
                            "\"" + route->repository + "\" is not a repository");
    }
    return dispatch(parts, request, *route);
  }

 private:
  ServiceParts parts;
  const Writes writes;
  std::optional<Htpasswd> passwords;
};

RegistryService::RegistryService(ServedImages& images, const RegistryOptions& options)
    : state_(std::make_unique<State>(images, options)) {}

RegistryService::~RegistryService() = default;

Answer RegistryService::answer(const HttpRequest& request) {
  Answer answer = state_->answer(request);
  if (auto* response = std::get_if<HttpResponse>(&answer)) {
    response->headers.emplace_back(kVersionHeader, kVersion);
  }
  return answer;
}

HttpResponse RegistryService::failure(const std::exception& error) {
  const auto* known = dynamic_cast<const oci::Error*>(&error);
  if (known != nullptr && known->code() == oci::ErrorCode::kInvalid) {
    return error_response(ApiErrorCode::kNameInvalid, known->what());
  }
  return error_response(ApiErrorCode::kUnknown, error.what());
}

HttpResponse method_not_allowed(const std::string& allowed) {
  auto response = error_response(ApiErrorCode::kUnsupported, "only " + allowed + " here");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

HttpResponse json_response(std::string body) {
  return {200, {{"Content-Type", "application/json"}}, std::move(body)};
}

std::string entity_tag(const oci::Digest& digest) { return '"' + digest.to_string() + '"'; }

bool names_entity(const std::string& list, const oci::Digest& digest) {
  const auto elements = split_list(list);
  return std::any_of(elements.begin(), elements.end(), [&](std::string_view element) {
    if (element.starts_with("W/")) element.remove_prefix(2);
    return element == "*" || element == entity_tag(digest);
  });
}

bool is_read(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace bale::server
