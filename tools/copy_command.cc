// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/command.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/option_groups.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

struct CopyOptions {
  std::string source;
  std::string destination;
  std::vector<std::string> platforms;
  bool all = false;
  bool force = false;
};

int copy(Program& program, const CopyOptions& options) {
  const auto destination = oci::ImageName::parse(options.destination);
  if (destination.transport == oci::Transport::kRegistry) {
    program.set_push_hosts({destination.reference->host});
  }
  OpenedImage image = open_image(program, options.source);
  select_platforms(image, parse_platforms(options.platforms),
                   destination.transport == oci::Transport::kDockerArchive);
  write_image(program, image, destination, {options.force});
  print(image.root.digest.to_string() + "\n");
  return exit_status::kDone;
}

}  // namespace

void add_copy_command(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<CopyOptions>();  // shared with the action
  CLI::App& command = *app.add_subcommand("copy", "Copy an image from anywhere to anywhere");
  command.add_option("SRC", options->source, "The image")->required();
  command.add_option("DST", options->destination, "Where to")->required();
  add_list(command, "--platform", options->platforms, "P,...", "Only these platforms");
  command.add_flag("--all", options->all, "All platforms, which is the default")
      ->excludes("--platform");
  command.add_flag("--force", options->force, "A single image may replace an index in a registry");
  command.callback([options, &chosen] {
    chosen = [options](Program& program) { return copy(program, *options); };
  });
}

}  // namespace bale::tools
