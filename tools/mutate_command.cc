// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "oci/error.h"
#include "oci/image_edit.h"
#include "oci/json.h"
#include "oci/recompress.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/file_blobs.h"
#include "tools/open_image.h"
#include "tools/option_values.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

struct MutateOptions {
  std::string source;
  std::vector<std::string> targets;
  std::vector<std::string> platforms;
  std::vector<std::string> labels, unset_labels;
  std::vector<std::string> env, unset_env;
  std::vector<std::string> annotations, unset_annotations;
  std::vector<std::string> ports, unset_ports;
  std::vector<std::string> volumes, unset_volumes;
  std::optional<std::string> entrypoint, cmd, user, workdir, stop_signal;
  std::vector<std::string> layers;
  bool force = false;
};

std::set<std::string> set_of(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

/// `["/app", "--flag"]` as it is; other text is one word, as `podman run --entrypoint` has it.
std::optional<std::vector<std::string>> parse_arguments(const std::optional<std::string>& text,
                                                        const std::string& option) {
  if (!text) return std::nullopt;
  if (!text->starts_with('['))
    return text->empty() ? std::vector<std::string>{} : std::vector<std::string>{*text};
  try {
    return oci::parse_json(*text, option).get<std::vector<std::string>>();
  } catch (const std::exception&) {
    throw oci::Error(oci::ErrorCode::kInvalid, option + " " + *text + ": not a list of strings",
                     "for instance " + option + " '[\"/app\", \"--flag\"]'");
  }
}

/// `index:K=V`, `manifest:K=V`, `manifest-descriptor:K=V`; without a level the manifests.
void add_annotations(const std::vector<std::string>& texts, oci::ImageEdit& edit) {
  for (const auto& [name, value] : parse_pairs(texts, "--annotation")) {
    const auto colon = name.find(':');
    const std::string level = colon == std::string::npos ? "" : name.substr(0, colon);
    if (level == "index") {
      edit.index_annotations[name.substr(colon + 1)] = value;
    } else if (level == "manifest-descriptor") {
      edit.descriptor_annotations[name.substr(colon + 1)] = value;
    } else {
      edit.manifest_annotations[level == "manifest" ? name.substr(colon + 1) : name] = value;
    }
  }
}

/// The tar of any packing as a layer of ours, in the store.
oci::LayerResult add_layer(Program& program, const std::string& path) {
  FileBlobs files;
  const auto tar = files.add_file(path, oci::media_type::kOciLayer);
  return oci::recompress_layer(files, tar, std::nullopt, program.store().blobs(), program.pool(),
                               {});
}

oci::ImageEdit image_edit(Program& program, const MutateOptions& options) {
  parse_pairs(options.env, "--env");  // for what it refuses; the order is that of the options
  oci::ImageEdit edit{.env = options.env,
                      .labels = parse_pairs(options.labels, "--label"),
                      .entrypoint = parse_arguments(options.entrypoint, "--entrypoint"),
                      .cmd = parse_arguments(options.cmd, "--cmd"),
                      .user = options.user,
                      .working_dir = options.workdir,
                      .stop_signal = options.stop_signal,
                      .exposed_ports = set_of(options.ports),
                      .volumes = set_of(options.volumes),
                      .unset_env = set_of(options.unset_env),
                      .unset_labels = set_of(options.unset_labels),
                      .unset_ports = set_of(options.unset_ports),
                      .unset_volumes = set_of(options.unset_volumes),
                      .unset_annotations = set_of(options.unset_annotations)};
  add_annotations(options.annotations, edit);
  for (const auto& layer : options.layers) edit.append.push_back(add_layer(program, layer));
  return edit;
}

/// Layers that were appended are in the store, the rest is where the image was.
class WithStore final : public oci::BlobProvider {
 public:
  WithStore(const oci::BlobProvider& store, std::shared_ptr<const oci::BlobProvider> image)
      : store_(store), image_(std::move(image)) {}

  std::optional<std::uint64_t> size(const oci::Digest& digest) const override {
    if (const auto known = store_.size(digest)) return known;
    return image_->size(digest);
  }

 private:
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override {
    if (store_.size(descriptor.digest)) return store_.open_unverified(descriptor);
    return image_->open_unverified(descriptor);
  }

  const oci::BlobProvider& store_;
  const std::shared_ptr<const oci::BlobProvider> image_;  // shared with the image it came from
};

int mutate(Program& program, const MutateOptions& options) {
  const auto platforms = parse_platforms(options.platforms);
  std::vector<oci::ImageName> targets;
  std::set<std::string> hosts;
  for (const auto& target : options.targets) {
    targets.push_back(oci::ImageName::parse(target));
    const auto& name = targets.back();
    if (name.transport == oci::Transport::kRegistry) hosts.insert(name.reference->host);
  }
  program.set_push_hosts(hosts);
  OpenedImage image = open_image(program, options.source);
  const auto documents = std::make_shared<oci::DocumentCache>(
      std::make_shared<const WithStore>(program.store().blobs(), image.blobs));
  const auto origins = origins_of(program, image, *documents);
  const auto edited =
      oci::edit_image(*documents, image.root, image_edit(program, options), platforms);
  for (const auto& dropped : edited.dropped_attestations) {
    program.progress().warn("left out the attestation " + dropped.digest.to_string() +
                            ": it speaks of an image that is another now");
  }
  image.root = edited.root;
  image.blobs = documents;
  for (const auto& target : targets) write_image(program, image, target, {options.force, origins});
  print(edited.root.digest.to_string() + "\n");
  return exit_status::kDone;
}

void add_runtime_options(const Command& command, MutateOptions& options) {
  command.list("--env", options.env, "K=V", "Set a variable");
  command.list("--unset-env", options.unset_env, "K", "Take a variable away");
  command.list("--label", options.labels, "K=V", "Set a label");
  command.list("--unset-label", options.unset_labels, "K", "Take a label away");
  command.text("--entrypoint", options.entrypoint, "ARGS", "A word, a JSON list, or \"\" for none");
  command.text("--cmd", options.cmd, "ARGS", "A word, a JSON list, or \"\" for none");
  command.text("--user", options.user, "USER", "USER[:GROUP], or \"\" for none");
  command.text("--workdir", options.workdir, "PATH", "The working folder, or \"\" for none");
  command.text("--stop-signal", options.stop_signal, "SIGNAL", "The signal, or \"\" for none");
  command.list("--expose", options.ports, "PORT", "Add a port");
  command.list("--unset-expose", options.unset_ports, "PORT", "Take a port away");
  command.list("--volume", options.volumes, "PATH", "Add a volume");
  command.list("--unset-volume", options.unset_volumes, "PATH", "Take a volume away");
}

}  // namespace

void add_mutate_command(const Command& bale) {
  auto options = std::make_shared<MutateOptions>();  // shared with the action
  const Command command =
      bale.subcommand("mutate", "Change an image on all its platforms, or on some");
  command.argument("REF", options->source, "The image").required();
  command.list("-t,--tag", options->targets, "NEW", "What the result is called").required();
  command.list("--platform", options->platforms, "P,...", "Change only these platforms");
  add_runtime_options(command, *options);
  command.list("--annotation", options->annotations, "[LEVEL:]K=V",
               "Set an annotation of index:, manifest: or manifest-descriptor:");
  command.list("--unset-annotation", options->unset_annotations, "K",
               "Take an annotation away wherever it is");
  command.list("--append", options->layers, "TAR", "Add a layer");
  command.flag("--force", options->force, "A single image may replace an index in a registry");
  command.runs(mutate, options);
}

}  // namespace bale::tools
