// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/option_values.h"
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

void add_digest_command(const Command& bale) {
  auto options = std::make_shared<DigestOptions>();  // shared with the action
  const Command command = bale.subcommand("digest", "Print the digest that a name stands for");
  command.argument("REF", options->name, "The image").required();
  command.list("--platform", options->platforms, "P", "The image of this platform");
  command.runs(print_digest, options);
}

}  // namespace bale::tools
