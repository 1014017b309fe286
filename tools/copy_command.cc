// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "registry/referrers.h"
#include "tools/command.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/option_groups.h"
#include "tools/packing_options.h"
#include "tools/push_flow.h"
#include "tools/recompressed.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

struct CopyOptions {
  std::string source;
  std::string destination;
  std::vector<std::string> platforms;
  PackingOptions packing;
  bool all = false;
  bool force = false;
  bool referrers = false;
};

void copy_what_refers(Program& program, const OpenedImage& image,
                      const oci::ImageName& destination) {
  const bool between_registries = destination.transport == oci::Transport::kRegistry &&
                                  image.name.transport == oci::Transport::kRegistry;
  if (!between_registries) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "--referrers copies from registry to registry (docker://)");
  }
  using Access = registry::Repository::Access;
  const auto from = program.repository(*image.name.reference, Access::kPull);
  registry::BlobPusher pusher(program.repository(*destination.reference, Access::kPush),
                              pusher_options(program), program.progress(), program.stop());
  registry::copy_referrers(from, *image.blobs, image.root, pusher);
}

int copy(Program& program, const CopyOptions& options) {
  const auto destination = oci::ImageName::parse(options.destination);
  if (destination.transport == oci::Transport::kRegistry) {
    program.set_push_hosts({destination.reference->host});
  }
  OpenedImage image = open_image(program, options.source);
  select_platforms(image, parse_platforms(options.platforms),
                   destination.transport == oci::Transport::kDockerArchive);
  if (!options.packing.compression.empty()) {
    image = recompressed(program, image, destination, parse_layer_options(options.packing),
                         options.force ? oci::Recompress::kAll : oci::Recompress::kOthers);
  }
  write_image(program, image, destination, {options.force});
  if (options.referrers) copy_what_refers(program, image, destination);
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
  command.add_flag("--referrers", options->referrers,
                   "Also signatures, SBOMs and whatever refers to the image");
  add_packing_options(command, options->packing);
  command.get_option("--compression-level")->needs("--compression");
  // What refers to the image speaks of its digest, which recompression changes.
  command.get_option("--compression")->excludes("--referrers");
  command.add_flag("--force", options->force,
                   "Pack anew also what is packed that way; a single image may replace an index");
  command.callback([options, &chosen] {
    chosen = [options](Program& program) { return copy(program, *options); };
  });
}

}  // namespace bale::tools
