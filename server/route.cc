// SPDX-License-Identifier: Apache-2.0
#include "server/route.h"

#include "oci/error.h"
#include "oci/reference.h"

namespace bale::server {

namespace {

/// Cuts `/LAST` off; nothing where there is no slash.
std::optional<std::string_view> cut_last(std::string_view& text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto last = text.substr(slash + 1);
  text = text.substr(0, slash);
  return last;
}

bool cut_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix) || text.size() == suffix.size()) return false;
  text.remove_suffix(suffix.size());
  return true;
}

Route make(Endpoint endpoint, std::string_view repository, std::string_view reference) {
  return {endpoint, std::string(repository), std::string(reference)};
}

/// A name may itself have parts called `blobs` or `tags`, hence from the end.
std::optional<Route> parse_in_repository(std::string_view path) {
  for (const std::string_view uploads : {"/blobs/uploads", "/blobs/uploads/"}) {
    std::string_view name = path;
    if (cut_suffix(name, uploads)) return make(Endpoint::kUploads, name, {});
  }
  const auto reference = cut_last(path);
  if (!reference || reference->empty()) return std::nullopt;
  if (*reference == "list" && cut_suffix(path, "/tags")) return make(Endpoint::kTags, path, {});
  if (cut_suffix(path, "/blobs/uploads")) return make(Endpoint::kUpload, path, *reference);
  if (cut_suffix(path, "/manifests")) return make(Endpoint::kManifest, path, *reference);
  if (cut_suffix(path, "/blobs")) return make(Endpoint::kBlob, path, *reference);
  if (cut_suffix(path, "/referrers")) return make(Endpoint::kReferrers, path, *reference);
  return std::nullopt;
}

}  // namespace

std::optional<Route> parse_route(std::string_view path) {
  constexpr std::string_view kPrefix = "/v2";
  if (!path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  if (path.empty() || path == "/") return Route{};
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  if (path == "_catalog") return Route{Endpoint::kCatalog};
  return parse_in_repository(path);
}

bool is_valid_repository(std::string_view text) {
  try {
    // A host keeps the first part from being taken for one.
    const auto reference = oci::Reference::parse("host.test/" + std::string(text));
    return reference.repository == text;
  } catch (const oci::Error&) {
    return false;
  }
}

}  // namespace bale::server
