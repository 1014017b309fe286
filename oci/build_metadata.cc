// SPDX-License-Identifier: Apache-2.0
#include "oci/build_metadata.h"

#include <algorithm>
#include <string>

#include "oci/error.h"
#include "oci/json_object.h"

namespace bale::oci {

namespace {

constexpr const char* kDigest = "containerimage.digest";
constexpr const char* kNames = "image.name";

/// A list with commas, as both tools write it.
std::vector<Reference> parse_names(std::string_view list) {
  std::vector<Reference> names;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (end > 0) names.push_back(Reference::parse(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

BuiltImage parse_build(const JsonObject& build) {
  auto digest = Digest::try_parse(build.required_string(kDigest));
  if (!digest) build.fail(kDigest, "not a digest");
  return {*std::move(digest), parse_names(build.string_or_empty(kNames))};
}

}  // namespace

std::vector<BuiltImage> parse_build_metadata(std::string_view text) {
  const JsonDocument document(text, "build metadata");
  const JsonObject root(document);
  if (root.has(kDigest)) return {parse_build(root)};
  std::vector<BuiltImage> images;
  for (const auto [key, value] : root.members()) {
    if (!value.is_object()) continue;
    const JsonObject build(value, std::string(key));
    if (build.has(kDigest)) images.push_back(parse_build(build));
  }
  if (images.empty()) {
    throw Error(ErrorCode::kNotFound, "the build metadata tells of no image",
                "it has the key containerimage.digest where a build stored or pushed something");
  }
  return images;
}

}  // namespace bale::oci
