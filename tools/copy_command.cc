// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oci/image_layout.h"
#include "oci/layout_referrers.h"
#include "registry/referrers.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/format_option.h"
#include "tools/open_image.h"
#include "tools/option_values.h"
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
  std::optional<oci::ImageFormat> format;
  bool all = false;
  bool force = false;
  bool referrers = false;
};

/// Copies what refers to the image to where it went: between registries and layouts.
class ReferrersFlow {
 public:
  ReferrersFlow(Program& program, const OpenedImage& image, const oci::ImageName& destination)
      : program_(program), image_(image), destination_(destination) {}

  void run() const {
    if (image_.name.transport == oci::Transport::kOciLayout) {
      auto layout = oci::ImageLayout::open(image_.name.path);
      copy_from(oci::LayoutReferrers(layout));
    } else {
      const auto repository = program_.repository(*image_.name.reference, Access::kPull);
      copy_from(registry::RepositoryReferrers(repository));
    }
  }

 private:
  using Access = registry::Repository::Access;

  void copy_from(const oci::ReferrersSource& from) const {
    if (destination_.transport == oci::Transport::kOciLayout) {
      auto layout = oci::ImageLayout::open(destination_.path);
      oci::LayoutReferrers to(layout);
      oci::copy_referrers(from, *image_.blobs, image_.root, to);
    } else {
      registry::BlobPusher pusher(program_.repository(*destination_.reference, Access::kPush),
                                  pusher_options(program_), program_.progress(), program_.stop());
      registry::PushedReferrers to(pusher);
      oci::copy_referrers(from, *image_.blobs, image_.root, to);
    }
  }

  Program& program_;
  const OpenedImage& image_;
  const oci::ImageName& destination_;
};

/// Said before anything is read: packing an image anew takes long.
void check_format(const CopyOptions& options, const oci::ImageName& destination) {
  if (!options.format) return;
  const bool docker = *options.format == oci::ImageFormat::kDocker;
  if (!docker && destination.transport == oci::Transport::kDockerArchive) {
    throw oci::Error(oci::ErrorCode::kInvalid, "a docker-archive holds Docker's format alone",
                     "oci-archive:FILE is a file in the OCI format");
  }
  if (docker && parse_layer_options(options.packing).compression == oci::Compression::kZstd) {
    throw oci::Error(oci::ErrorCode::kInvalid, "Docker's manifests know no layers packed with zstd",
                     "say --format oci");
  }
}

bool keeps_referrers(oci::Transport transport) {
  return transport == oci::Transport::kRegistry || transport == oci::Transport::kOciLayout;
}

/// Said before anything is copied.
void check_referrers(const CopyOptions& options, const oci::ImageName& destination) {
  if (!options.referrers) return;
  const auto source = oci::ImageName::parse(options.source);
  if (keeps_referrers(source.transport) && keeps_referrers(destination.transport)) return;
  throw oci::Error(oci::ErrorCode::kInvalid, "--referrers copies between registries and layouts",
                   "name both as docker://HOST/REPOSITORY:TAG or oci:DIR:TAG");
}

/// Layers stay as they are, so that a registry may mount them from where they came.
WriteOptions to_format(Program& program, OpenedImage& image, const oci::ImageName& destination,
                       oci::ImageFormat format) {
  OpenedImage converted = in_format(program, image, format);
  WriteOptions result;
  if (destination.transport == oci::Transport::kRegistry) {
    result.origins = origins_of(program, image, *converted.blobs);
  }
  image = std::move(converted);
  return result;
}

int copy(Program& program, const CopyOptions& options) {
  const auto destination = oci::ImageName::parse(options.destination);
  check_format(options, destination);
  check_referrers(options, destination);
  if (destination.transport == oci::Transport::kRegistry) {
    program.set_push_hosts({destination.reference->host});
  }
  OpenedImage image = open_image(program, options.source);
  const oci::Descriptor whole = image.root;
  select_platforms(image, parse_platforms(options.platforms),
                   destination.transport == oci::Transport::kDockerArchive);
  const bool exported = destination.transport != oci::Transport::kRegistry;
  if (exported) complete_in_store(program, image, whole);
  if (!options.packing.compression.empty()) {
    image = recompressed(program, image, destination, parse_layer_options(options.packing),
                         options.force ? oci::Recompress::kAll : oci::Recompress::kOthers);
  }
  WriteOptions write;
  if (options.format) write = to_format(program, image, destination, *options.format);
  write.force = options.force;
  write_image(program, image, destination, write);
  if (options.referrers) ReferrersFlow(program, image, destination).run();
  print_digest(image.root.digest, {destination});
  return exit_status::kDone;
}

}  // namespace

void add_copy_command(const Command& bale) {
  auto options = std::make_shared<CopyOptions>();  // shared with the action
  const Command command = bale.subcommand("copy", "Copy an image from anywhere to anywhere");
  command.argument("SRC", options->source, "The image; - is an archive on standard input")
      .required();
  command.argument("DST", options->destination, "Where to; - is an oci-archive on standard output")
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
  command.runs(copy, options);
}

}  // namespace bale::tools
