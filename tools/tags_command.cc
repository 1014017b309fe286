// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "oci/json_writer.h"
#include "oci/printable.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"
#include "tools/registry_name.h"

namespace bale::tools {

namespace {

struct TagsOptions {
  std::string repository;
  bool json = false;
};

int list_tags(Program& program, const TagsOptions& options) {
  const auto name = repository_name(options.repository);
  std::vector<std::string> tags =
      program.repository(name, registry::Repository::Access::kPull).tags();
  std::sort(tags.begin(), tags.end());  // registries have orders of their own, or none
  if (options.json) {
    print(oci::json_page([&](oci::JsonWriter& json) {
      json.member("repository", name.name());
      json.member("tags", tags);
    }));
    return exit_status::kDone;
  }
  std::string text;
  for (const auto& tag : tags) text += oci::printable(tag) + "\n";
  print(text);
  return exit_status::kDone;
}

}  // namespace

void add_tags_command(const Command& bale) {
  auto options = std::make_shared<TagsOptions>();  // shared with the action
  const Command command = bale.subcommand("tags", "List the tags of a repository");
  command.argument("REPO", options->repository, "The repository").required();
  command.flag("--json", options->json, "Print JSON");
  command.runs(list_tags, options);
}

}  // namespace bale::tools
