// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "tools/commands.h"
#include "tools/copy_flow.h"
#include "tools/format_option.h"
#include "tools/packing_options.h"

namespace bale::tools {

void add_copy_command(const Command& bale) {
  auto options = std::make_shared<CopyOptions>();  // shared with the action
  const Command command = bale.subcommand("copy", "Copy an image from anywhere to anywhere");
  command
      .argument("SRC... DST", options->names,
                "The image, and where to; - is an archive on standard input, or an oci-archive on "
                "standard output. Several go into an archive or a layout, under their own names")
      .required();
  const Option platform =
      command.list("--platform", options->platforms, "P,...", "Only these platforms");
  command.flag("--all", options->all, "All platforms, which is the default").excludes(platform);
  const Option referrers = command.flag("--referrers", options->referrers,
                                        "Also signatures, SBOMs and whatever refers to the image");
  const PackingFlags packing = add_packing_options(command, options->packing);
  packing.level.needs(packing.compression);
  // What refers to the image speaks of its digest, which both change.
  packing.compression.excludes(referrers);
  add_format_option(command, options->format).excludes(referrers);
  command.flag("--force", options->force,
               "Pack anew also what is packed that way; a single image may replace an index");
  command.runs(copy_images, options);
}

}  // namespace bale::tools
