// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "registry/delete_tag.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"

namespace bale::tools {

namespace {

void untag_in_registry(Program& program, const oci::Reference& name) {
  if (!name.tag || name.digest) {
    throw oci::Error(oci::ErrorCode::kInvalid, name.to_string() + " is no tag",
                     "name it as docker://" + name.name() + ":TAG");
  }
  registry::delete_tag(program.repository(name, registry::Repository::Access::kDelete), *name.tag);
}

void untag_in_store(Program& program, const oci::ImageName& name) {
  if (name.transport != oci::Transport::kStore || !name.reference || name.digest) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     name.to_string() + " is no name of the store or of a registry");
  }
  const auto tagged = name.reference->with_default_tag();
  if (program.store().untag(tagged)) return;
  throw oci::Error(oci::ErrorCode::kNotFound, "no image " + tagged.to_string() + " in the store",
                   "bale images lists what is there");
}

int untag(Program& program, const std::vector<std::string>& texts) {
  for (const auto& text : texts) {
    const auto name = oci::ImageName::parse(text);
    if (name.transport == oci::Transport::kRegistry) {
      program.set_push_hosts({name.reference->host});
      untag_in_registry(program, *name.reference);
    } else {
      untag_in_store(program, name);
    }
  }
  return exit_status::kDone;
}

}  // namespace

void add_untag_command(const Command& bale) {
  auto names = std::make_shared<std::vector<std::string>>();  // shared with the action
  const Command command =
      bale.subcommand("untag", "Take names away, in the store or in a registry (docker://)");
  command.argument("NAME", *names, "The names").required();
  command.runs(untag, names);
}

}  // namespace bale::tools
