// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/push_flow.h"
#include "tools/registry_name.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

struct TagOptions {
  std::string source;
  std::vector<std::string> targets;
  bool force = false;
};

oci::StoredImage find_source(Program& program, const std::string& text) {
  const auto name = oci::ImageName::parse(text);
  if (name.transport != oci::Transport::kStore) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "tag works on the store, and " + text + " is elsewhere",
                     "bale copy " + text + " NAME brings it there");
  }
  const auto found =
      name.digest ? program.store().find(*name.digest) : program.store().find(*name.reference);
  if (found) return *found;
  throw oci::Error(oci::ErrorCode::kNotFound, "no image " + name.to_string() + " in the store",
                   "bale images lists what is there");
}

/// Where an image is in a registry, its new names are made there.
int tag_in_registry(Program& program, const TagOptions& options) {
  std::vector<oci::Reference> targets;
  for (const auto& target : options.targets) {
    targets.push_back(registry_name(target).with_default_tag());
  }
  program.set_push_hosts(hosts_of(targets));
  const OpenedImage image = open_image(program, options.source);
  for (const auto& target : targets) {
    check_digest(target.to_string(), target.digest, image.root.digest);
  }
  registry::PushOptions settings;
  if (options.force) settings.replace = registry::PushOptions::Replace::kAny;
  for (const auto& target : targets) {
    registry::BlobPusher pusher(program.repository(target, registry::Repository::Access::kPush),
                                pusher_options(program), program.progress(), program.stop());
    push_tags(program, *image.blobs, image.root, {*target.tag}, pusher, settings);
  }
  return exit_status::kDone;
}

int tag(Program& program, const TagOptions& options) {
  if (oci::ImageName::parse(options.source).transport == oci::Transport::kRegistry) {
    return tag_in_registry(program, options);
  }
  std::vector<oci::Reference> names;
  for (const auto& target : options.targets) {
    if (oci::ImageName::parse(target).transport == oci::Transport::kRegistry) {
      throw oci::Error(oci::ErrorCode::kInvalid,
                       "tag works within the store or a registry, and " + target + " is elsewhere",
                       "bale push " + options.source + " --to NAME brings it there");
    }
    names.push_back(oci::Reference::parse(target).with_default_tag());
  }
  const oci::StoredImage source = find_source(program, options.source);
  for (const auto& name : names) {
    check_digest(name.to_string(), name.digest, source.root.digest);
  }
  const auto origins = program.store().origins(source.root.digest);
  for (const auto& name : names) program.store().tag(name, source.root, origins);
  return exit_status::kDone;
}

}  // namespace

void add_tag_command(const Command& bale) {
  auto options = std::make_shared<TagOptions>();  // shared with the action
  const Command command = bale.subcommand(
      "tag", "Give an image further names, in the store or in a registry (docker://)");
  command.argument("SRC", options->source, "The image").required();
  command.argument("DST", options->targets, "The names").required();
  command.flag("--force", options->force,
               "In a registry: a single image may replace an index of several platforms");
  command.runs(tag, options);
}

}  // namespace bale::tools
