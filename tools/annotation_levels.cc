// SPDX-License-Identifier: Apache-2.0
#include "tools/annotation_levels.h"

#include <map>
#include <sstream>

#include "oci/error.h"
#include "tools/option_values.h"

namespace bale::tools {

namespace {

oci::Annotations& annotations_of(AnnotationLevels& levels, const std::string& name,
                                 const std::string& text) {
  const std::map<std::string, oci::Annotations*> known = {
      {"index", &levels.index},
      {"manifest", &levels.manifest},
      {"manifest-descriptor", &levels.manifest_descriptor}};
  if (const auto found = known.find(name); found != known.end()) return *found->second;
  throw oci::Error(oci::ErrorCode::kInvalid,
                   "unknown level \"" + name + "\" in --annotation " + text,
                   "one of index, manifest, manifest-descriptor; a key that has a colon is "
                   "manifest:KEY");
}

void add_annotation(AnnotationLevels& levels, const std::string& text) {
  const auto colon = text.find(':');
  const bool has_level = colon < text.find('=');
  const auto pairs = parse_pairs({has_level ? text.substr(colon + 1) : text}, "--annotation");
  std::istringstream names(has_level ? text.substr(0, colon) : "manifest");
  for (std::string name; std::getline(names, name, ',');) {
    for (const auto& [key, value] : pairs) annotations_of(levels, name, text)[key] = value;
  }
}

}  // namespace

AnnotationLevels parse_annotation_levels(const std::vector<std::string>& texts) {
  AnnotationLevels levels;
  for (const auto& text : texts) add_annotation(levels, text);
  return levels;
}

}  // namespace bale::tools
