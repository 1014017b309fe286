// SPDX-License-Identifier: Apache-2.0
#include "tools/output_spec.h"

#include <map>
#include <sstream>
#include <string>

#include "oci/error.h"

namespace bale::tools {

namespace {

const std::map<std::string, oci::Transport> kTypes = {
    {"oci", oci::Transport::kOciLayout},
    {"oci-archive", oci::Transport::kOciArchive},
    {"docker-archive", oci::Transport::kDockerArchive},
    {"docker", oci::Transport::kDockerArchive}};

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw oci::Error(oci::ErrorCode::kInvalid, "invalid --output " + std::string(text) + ": " + why,
                   "for instance type=oci-archive,dest=image.tar");
}

}  // namespace

oci::ImageName parse_output_spec(std::string_view text, const std::optional<oci::Reference>& name) {
  std::map<std::string, std::string> fields;
  std::istringstream parts{std::string(text)};
  for (std::string part; std::getline(parts, part, ',');) {
    const auto equals = part.find('=');
    if (equals == std::string::npos) refuse(text, "\"" + part + "\" is no KEY=VALUE");
    const std::string key = part.substr(0, equals);
    if (key != "type" && key != "dest") refuse(text, "unknown key \"" + key + "\"");
    fields[key] = part.substr(equals + 1);
  }
  const auto type = kTypes.find(fields["type"]);
  if (type == kTypes.end()) refuse(text, "unknown type \"" + fields["type"] + "\"");
  if (fields["dest"].empty()) refuse(text, "dest is missing");
  oci::ImageName destination;
  destination.transport = type->second;
  destination.path = fields["dest"];
  if (!name) return destination;
  if (type->second == oci::Transport::kDockerArchive) {
    destination.reference = *name;
  } else {
    destination.tag = name->tag.value_or("");
  }
  return destination;
}

}  // namespace bale::tools
