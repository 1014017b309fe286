// SPDX-License-Identifier: Apache-2.0
#include "tools/copy_flow.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "oci/error.h"
#include "oci/image_layout.h"
#include "oci/layout_referrers.h"
#include "registry/referrers.h"
#include "tools/archive_output.h"
#include "tools/exit_status.h"
#include "tools/format_option.h"
#include "tools/open_image.h"
#include "tools/option_values.h"
#include "tools/push_flow.h"
#include "tools/recompressed.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

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
  const auto sources = options.sources();
  const bool kept = std::all_of(sources.begin(), sources.end(), [](const auto& text) {
    return keeps_referrers(oci::ImageName::parse(text).transport);
  });
  if (kept && keeps_referrers(destination.transport)) return;
  throw oci::Error(oci::ErrorCode::kInvalid, "--referrers copies between registries and layouts",
                   "name both as docker://HOST/REPOSITORY:TAG or oci:DIR:TAG");
}

/// Said before anything is read.
void check_sources(const CopyOptions& options, const oci::ImageName& destination) {
  if (options.sources().size() == 1) return;
  const bool layout = destination.transport == oci::Transport::kOciLayout;
  if (!layout && !is_archive(destination.transport)) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "several images are copied into an archive or a layout, and " +
                         destination.to_string() + " is none",
                     "copy them one by one");
  }
  if (destination.reference || destination.digest || !destination.tag.empty()) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     destination.to_string() + " names one image for several",
                     "leave the name out: each keeps its own");
  }
}

/// An image as it is written, and with what.
struct Copied {
  OpenedImage image;
  WriteOptions write = {};
};

/// Layers stay as they are, so that a registry may mount them from where they came.
Copied to_format(Program& program, const OpenedImage& image, const oci::ImageName& destination,
                 oci::ImageFormat format) {
  Copied converted{in_format(program, image, format)};
  if (destination.transport == oci::Transport::kRegistry) {
    converted.write.origins = origins_of(program, image, *converted.image.blobs);
  }
  return converted;
}

Copied prepare(Program& program, const CopyOptions& options, const std::string& source,
               const oci::ImageName& destination) {
  OpenedImage image = open_image(program, source);
  const oci::Descriptor whole = image.root;
  select_platforms(image, parse_platforms(options.platforms),
                   destination.transport == oci::Transport::kDockerArchive);
  const bool exported = destination.transport != oci::Transport::kRegistry;
  if (exported) complete_in_store(program, image, whole);
  if (!options.packing.compression.empty()) {
    image = recompressed(program, image, destination, parse_layer_options(options.packing),
                         options.force ? oci::Recompress::kAll : oci::Recompress::kOthers);
  }
  Copied copied = options.format ? to_format(program, image, destination, *options.format)
                                 : Copied{std::move(image)};
  copied.write.force = options.force;
  return copied;
}

void copy_one(Program& program, const CopyOptions& options, const std::string& source,
              const oci::ImageName& destination) {
  const auto [image, write] = prepare(program, options, source, destination);
  write_image(program, image, destination, write);
  if (options.referrers) ReferrersFlow(program, image, destination).run();
  print_digest(image.root.digest, {destination});
}

/// What an image is called beside others: by its whole name, or in a layout by its tag. Whole names
/// are tags of layouts too, as in the store.
std::string own_name(const oci::ImageName& image, oci::Transport destination) {
  if (image.reference) {
    const oci::Reference name = image.reference->with_default_tag();
    return name.tag ? name.name() + ":" + *name.tag : "";
  }
  const bool whole = image.tag.find(':') != std::string::npos;
  return whole || destination != oci::Transport::kDockerArchive ? image.tag : "";
}

std::vector<std::string> own_names(std::span<const std::string> sources,
                                   oci::Transport destination) {
  std::vector<std::string> names;
  for (const auto& source : sources) {
    auto name = own_name(oci::ImageName::parse(source), destination);
    if (name.empty()) {
      throw oci::Error(oci::ErrorCode::kInvalid,
                       source + " has no name to be found by among several images",
                       "give it one: bale copy " + source + " NAME:TAG");
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      throw oci::Error(oci::ErrorCode::kInvalid, "two images would be called " + name,
                       "give one of them another name: bale tag " + source + " NAME:TAG");
    }
    names.push_back(std::move(name));
  }
  return names;
}

void copy_into_archive(Program& program, const CopyOptions& options,
                       const oci::ImageName& destination) {
  const auto names = own_names(options.sources(), destination.transport);
  std::vector<Copied> images;
  std::vector<ArchivedName> named;
  images.reserve(options.sources().size());  // they are referred to
  for (const auto& source : options.sources()) {
    const auto& copied = images.emplace_back(prepare(program, options, source, destination));
    named.push_back({copied.image, names[named.size()]});
  }
  write_archive(program, destination, named);
  for (const auto& copied : images) print_digest(copied.image.root.digest, {destination});
}

void copy_into_layout(Program& program, const CopyOptions& options,
                      const oci::ImageName& destination) {
  const auto names = own_names(options.sources(), destination.transport);
  for (std::size_t i = 0; i < names.size(); ++i) {
    oci::ImageName place = destination;
    place.tag = names[i];
    copy_one(program, options, options.sources()[i], place);
  }
}

}  // namespace

int copy_images(Program& program, const CopyOptions& options) {
  if (options.names.size() < 2) {
    throw oci::Error(oci::ErrorCode::kInvalid, "DST is missing: where to copy " + options.names[0],
                     "see bale copy --help");
  }
  const auto destination = oci::ImageName::parse(options.names.back());
  check_sources(options, destination);
  check_format(options, destination);
  check_referrers(options, destination);
  if (destination.transport == oci::Transport::kRegistry) {
    program.set_push_hosts({destination.reference->host});
  }
  if (options.sources().size() == 1) {
    copy_one(program, options, options.sources().front(), destination);
  } else if (destination.transport == oci::Transport::kOciLayout) {
    copy_into_layout(program, options, destination);
  } else {
    copy_into_archive(program, options, destination);
  }
  return exit_status::kDone;
}

}  // namespace bale::tools
