// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "oci/json_writer.h"
#include "oci/printable.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"
#include "tools/registry_name.h"

namespace bale::tools {

namespace {

struct ReferrersOptions {
  std::string name;
  std::string artifact_type;
  bool json = false;
};

std::string to_json(const oci::Digest& subject, const std::vector<oci::Descriptor>& referrers) {
  return oci::json_page([&](oci::JsonWriter& json) {
    json.member("subject", subject.to_string());
    json.array("referrers", [&] {
      for (const auto& referrer : referrers) json.value(referrer);
    });
  });
}

std::string to_table(const std::vector<oci::Descriptor>& referrers) {
  std::string text;
  for (const auto& referrer : referrers) {
    text += fmt::format("{}  {:>8}  {}\n", referrer.digest.to_string(),
                        oci::human_size(referrer.size), oci::printable(referrer.artifact_type));
  }
  return text;
}

int list_referrers(Program& program, const ReferrersOptions& options) {
  const auto name = registry_name(options.name);
  const auto repository = program.repository(name, registry::Repository::Access::kPull);
  const auto root = repository.head_manifest(name.manifest_reference());
  if (!root) throw oci::Error(oci::ErrorCode::kNotFound, "no image " + name.to_string());
  auto referrers = repository.referrers(root->digest);
  if (!options.artifact_type.empty()) {
    std::erase_if(referrers, [&](const oci::Descriptor& referrer) {
      return referrer.artifact_type != options.artifact_type;
    });
  }
  print(options.json ? to_json(root->digest, referrers) : to_table(referrers));
  return exit_status::kDone;
}

}  // namespace

void add_referrers_command(const Command& bale) {
  auto options = std::make_shared<ReferrersOptions>();  // shared with the action
  const Command command =
      bale.subcommand("referrers", "List what refers to an image: signatures, SBOMs");
  command.argument("REF", options->name, "The image").required();
  command.text("--artifact-type", options->artifact_type, "TYPE", "Only those of this type");
  command.flag("--json", options->json, "Print JSON");
  command.runs(list_referrers, options);
}

}  // namespace bale::tools
