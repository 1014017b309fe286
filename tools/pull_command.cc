// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "oci/image_name.h"
#include "registry/pull.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/option_values.h"
#include "tools/program.h"

namespace bale::tools {

namespace {

struct PullCommandOptions {
  std::string name;
  std::vector<std::string> platforms;
  bool all = false;
};

int pull(Program& program, const PullCommandOptions& options) {
  const auto name = oci::ImageName::parse(options.name);
  if (!name.reference || name.transport == oci::Transport::kDockerArchive) {
    throw oci::Error(oci::ErrorCode::kInvalid, options.name + " is not in a registry",
                     "bale copy reads the other transports");
  }
  const auto repository = program.repository(*name.reference, registry::Repository::Access::kPull);
  registry::PullOptions pull_options;
  pull_options.platforms = parse_platforms(options.platforms);
  pull_options.partial = &program.partial_blobs();
  const auto root = registry::pull_image(repository, name.reference->manifest_reference(),
                                         program.store().blobs(), pull_options, program.progress(),
                                         program.stop());
  if (name.reference->tag) {
    program.store().tag(*name.reference, root);
  } else {
    program.store().keep(root);
  }
  print(root.digest.to_string() + "\n");
  return exit_status::kDone;
}

}  // namespace

void add_pull_command(const Command& bale) {
  auto options = std::make_shared<PullCommandOptions>();  // shared with the action
  const Command command = bale.subcommand("pull", "Bring an image from a registry into the store");
  command.argument("REF", options->name, "The image").required();
  const Option platform =
      command.list("--platform", options->platforms, "P,...", "Only these platforms");
  command.flag("--all", options->all, "All platforms, which is the default").excludes(platform);
  command.runs(pull, options);
}

}  // namespace bale::tools
