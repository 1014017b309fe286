// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bale::server {

/// What a path of the distribution specification names ("Endpoints").
enum class Endpoint {
  kBase,       ///< /v2/
  kCatalog,    ///< /v2/_catalog
  kManifest,   ///< /v2/NAME/manifests/TAG-OR-DIGEST
  kBlob,       ///< /v2/NAME/blobs/DIGEST
  kUploads,    ///< /v2/NAME/blobs/uploads/
  kUpload,     ///< /v2/NAME/blobs/uploads/SESSION
  kTags,       ///< /v2/NAME/tags/list
  kReferrers,  ///< /v2/NAME/referrers/DIGEST
};

struct Route {
  Endpoint endpoint = Endpoint::kBase;
  std::string repository = {};
  /// The last part: tag, digest or session. Not checked.
  std::string reference = {};

  friend bool operator==(const Route&, const Route&) = default;
};

/// Nothing for a path that the specification does not know. The repository is not checked.
std::optional<Route> parse_route(std::string_view path);

/// Whether the text may stand as a repository, that is: has the grammar of the specification.
bool is_valid_repository(std::string_view text);

}  // namespace bale::server
