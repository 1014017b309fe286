// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "registry/delete_tag.h"
#include "registry/referrers.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"
#include "tools/push_flow.h"
#include "tools/registry_name.h"

namespace bale::tools {

namespace {

void delete_one(Program& program, const oci::Reference& name) {
  const auto repository = program.repository(name, registry::Repository::Access::kDelete);
  if (name.digest) {
    registry::delete_manifest_with_subject(repository, *name.digest);
  } else if (name.tag) {
    registry::delete_tag(repository, *name.tag);
  } else {
    throw oci::Error(oci::ErrorCode::kInvalid, name.to_string() + " has neither tag nor digest",
                     "a tag is deleted alone, a digest with all tags that it has");
  }
}

int delete_images(Program& program, const std::vector<std::string>& texts) {
  std::vector<oci::Reference> names;
  for (const auto& text : texts) names.push_back(registry_name(text));
  program.set_push_hosts(hosts_of(names));
  for (const auto& name : names) delete_one(program, name);
  return exit_status::kDone;
}

}  // namespace

void add_delete_command(const Command& bale) {
  auto names = std::make_shared<std::vector<std::string>>();  // shared with the action
  const Command command = bale.subcommand(
      "delete", "Delete in a registry: a tag alone, or by digest a manifest with all its tags");
  command.argument("REF", *names, "The tags or digests").required();
  command.runs(delete_images, names);
}

}  // namespace bale::tools
