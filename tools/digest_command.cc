// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/command.h"
#include "tools/exit_status.h"
#include "tools/option_groups.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

struct DigestOptions {
  std::string name;
  std::vector<std::string> platforms;
};

int print_digest(Program& program, const DigestOptions& options) {
  OpenedImage image = open_image(program, options.name);
  select_platforms(image, parse_platforms(options.platforms), /*single=*/false);
  print(image.root.digest.to_string() + "\n");
  return exit_status::kDone;
}

}  // namespace

void add_digest_command(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<DigestOptions>();  // shared with the action
  CLI::App& command = *app.add_subcommand("digest", "Print the digest that a name stands for");
  command.add_option("REF", options->name, "The image")->required();
  add_list(command, "--platform", options->platforms, "P", "The image of this platform");
  command.callback([options, &chosen] {
    chosen = [options](Program& program) { return print_digest(program, *options); };
  });
}

}  // namespace bale::tools
