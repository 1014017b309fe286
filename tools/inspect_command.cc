// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "oci/image.h"
#include "oci/inspect.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"

namespace bale::tools {

namespace {

struct InspectOptions {
  std::string name;
  std::string platform;
  bool json = false;
  bool raw = false;
  bool config = false;
};

std::optional<oci::Platform> platform_of(const InspectOptions& options) {
  if (options.platform.empty()) return std::nullopt;
  return oci::Platform::parse(options.platform);
}

/// The part of the image that was asked for: all of it, or the manifest of one platform.
oci::Descriptor chosen_root(const OpenedImage& image, const InspectOptions& options) {
  if (options.platform.empty()) return image.root;
  return oci::select_image(*image.blobs, image.root, platform_of(options));
}

/// Threads for an index of many entries; of few they cost more than they save.
oci::ThreadPool* pool_for(Program& program, const oci::Descriptor& root) {
  constexpr std::uint64_t kMany = 16 * 1024;
  return root.media_type.is_index() && root.size > kMany ? &program.pool() : nullptr;
}

/// What the store has counted of the layers of its own images. Of an image from elsewhere the same
/// is told on every machine, and no store is looked for.
oci::UncompressedSize known_sizes(Program& program, const OpenedImage& image) {
  if (image.name.transport != oci::Transport::kStore) return nullptr;
  return [&layers = program.store().blobs()](const oci::Descriptor&, const oci::DiffId& diff_id) {
    return layers.uncompressed_size(diff_id);
  };
}

int inspect(Program& program, const InspectOptions& options) {
  const OpenedImage image = open_image(program, options.name);
  if (options.config) {
    const auto manifest = oci::select_image(*image.blobs, image.root, platform_of(options));
    print(oci::read_image(*image.blobs, manifest).config.bytes + "\n");
    return exit_status::kDone;
  }
  const oci::Descriptor root = chosen_root(image, options);
  if (options.raw) {
    print(oci::read_blob(*image.blobs, root, oci::kMaxManifestSize));
    return exit_status::kDone;
  }
  oci::ThreadPool* const pool = pool_for(program, root);
  // Left for the end of the process to take back: freeing the parts of ten thousand reports one by
  // one takes half as long as reading them.
  static const oci::ImageReport& report = *new oci::ImageReport(oci::inspect_image(
      *image.blobs, root, image.name.to_string(), {known_sizes(program, image), pool}));
  if (options.json) {
    oci::write_json(report, print, pool);
  } else {
    oci::render_tree(report, print, pool);
  }
  return exit_status::kDone;
}

}  // namespace

void add_inspect_command(const Command& bale) {
  auto options = std::make_shared<InspectOptions>();  // shared with the action
  const Command command = bale.subcommand("inspect", "Tell what is in an image, offline or not");
  command.argument("REF", options->name, "The image").required();
  command.text("--platform", options->platform, "P", "Only this platform");
  const Option json =
      command.flag("--json", options->json, "One JSON object (docs/formats/inspect.md)");
  const Option raw =
      command.flag("--raw", options->raw, "The exact bytes of the manifest or index");
  const Option config = command.flag("--config", options->config, "The config of one platform");
  json.excludes(raw).excludes(config);
  raw.excludes(config);
  command.runs(inspect, options);
}

}  // namespace bale::tools
