// SPDX-License-Identifier: Apache-2.0
// Lists: tags and referrers (distribution-spec, "Content Discovery"), and repositories.
#include <algorithm>

#include "oci/json_writer.h"
#include "oci/manifest.h"
#include "server/service_parts.h"
#include "server/text.h"

namespace bale::server {

namespace {

/// The part of a list that `n` and `last` ask for.
struct Page {
  std::vector<std::string> items;
  /// The value of the header Link, where more follows.
  std::optional<std::string> link;
};

/// `items` are in order. Nothing where `n` is no number.
std::optional<Page> page_of(const HttpRequest& request, std::vector<std::string> items) {
  if (const auto last = request.parameter("last")) {
    const auto rest = std::upper_bound(items.begin(), items.end(), *last, tag_less);
    items.erase(items.begin(), rest);
  }
  const auto wanted = request.parameter("n");
  if (!wanted) return Page{std::move(items), std::nullopt};
  const auto count = parse_number(*wanted);
  if (!count) return std::nullopt;
  if (*count >= items.size()) return Page{std::move(items), std::nullopt};
  items.resize(*count);
  if (items.empty()) return Page{};  // nothing was asked for, and no page follows nothing
  // What is listed needs no escapes in a URL.
  const std::string next = request.path + "?n=" + *wanted + "&last=" + items.back();
  return Page{std::move(items), "<" + next + ">; rel=\"next\""};
}

/// An object with a page of `items` under `key`, and the repository whose they are.
HttpResponse page_response(const HttpRequest& request, std::vector<std::string> items,
                           const std::string& key, const std::string& repository = {}) {
  auto page = page_of(request, std::move(items));
  if (!page) return error_response(ApiErrorCode::kPaginationInvalid, "n is no number");
  auto response = json_response(oci::json_object([&](oci::JsonWriter& json) {
    json.member_unless_empty("name", repository);
    json.member(key, page->items);
  }));
  if (page->link) response.headers.emplace_back("Link", *page->link);
  return response;
}

}  // namespace

Answer answer_tags(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  if (!is_read(request)) return method_not_allowed("GET, HEAD");
  const auto view = parts.view(route.repository);
  if (!view.exists()) {
    return error_response(ApiErrorCode::kNameUnknown, "no repository " + route.repository);
  }
  return page_response(request, view.tags(), "tags", route.repository);
}

Answer answer_catalog(ServiceParts& parts, const HttpRequest& request) {
  if (!is_read(request)) return method_not_allowed("GET, HEAD");
  auto names = parts.images.repositories();
  std::sort(names.begin(), names.end(), tag_less);
  return page_response(request, std::move(names), "repositories");
}

Answer answer_referrers(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  if (!is_read(request)) return method_not_allowed("GET, HEAD");
  const auto subject = oci::Digest::try_parse(route.reference);
  if (!subject) {
    return error_response(ApiErrorCode::kDigestInvalid, "\"" + route.reference + "\" is no digest");
  }
  // Of an unknown manifest, even in an unknown repository, there are none.
  auto found = parts.view(route.repository).referrers(*subject);
  const auto type = request.parameter("artifactType");
  if (type) std::erase_if(found, [&](const auto& entry) { return entry.artifact_type != *type; });
  HttpResponse response{200,
                        {{"Content-Type", oci::media_type::kOciIndex}},
                        oci::to_json(oci::Index{.manifests = std::move(found)})};
  if (type) response.headers.emplace_back("OCI-Filters-Applied", "artifactType");
  return response;
}

}  // namespace bale::server
