// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <string>

#include "tools/commands.h"
#include "tools/format_option.h"
#include "tools/mutate_flow.h"

namespace bale::tools {

namespace {

const std::map<std::string, oci::StaleAttestations>& attestation_words() {
  static const std::map<std::string, oci::StaleAttestations> words = {
      {"drop", oci::StaleAttestations::kDrop}, {"keep", oci::StaleAttestations::kKeep}};
  return words;
}

void add_value_options(const Command& command, MutateOptions& options) {
  const auto value = [&](const std::string& name, std::optional<std::string>& target, bool& unset,
                         const std::string& type, const std::string& help) {
    const Option set = command.text("--" + name, target, type, help);
    command.flag("--unset-" + name, unset, "Take it away").excludes(set);
  };
  value("entrypoint", options.entrypoint, options.unset_entrypoint, "ARGS",
        "A word, or a JSON list");
  value("cmd", options.cmd, options.unset_cmd, "ARGS", "A word, or a JSON list");
  value("user", options.user, options.unset_user, "USER", "USER[:GROUP]");
  value("workdir", options.workdir, options.unset_workdir, "PATH", "The working folder");
  value("stop-signal", options.stop_signal, options.unset_stop_signal, "SIGNAL", "The signal");
}

void add_runtime_options(const Command& command, MutateOptions& options) {
  command.list("--env", options.env, "K=V", "Set a variable");
  command.list("--unset-env", options.unset_env, "K", "Take a variable away");
  command.list("--label", options.labels, "K=V", "Set a label");
  command.list("--unset-label", options.unset_labels, "K", "Take a label away");
  add_value_options(command, options);
  command.list("--expose", options.ports, "PORT", "Add a port");
  command.list("--unset-expose", options.unset_ports, "PORT", "Take a port away");
  command.list("--volume", options.volumes, "PATH", "Add a volume");
  command.list("--unset-volume", options.unset_volumes, "PATH", "Take a volume away");
}

void add_health_options(const Command& command, HealthcheckOptions& options) {
  const Option test = command.text("--healthcheck,--health-cmd", options.test, "TEST",
                                   "Text for a shell, a JSON list, or none");
  const auto duration = [&](const std::string& name, std::optional<std::string>& target,
                            const std::string& help) { command.text(name, target, "TIME", help); };
  duration("--health-interval", options.interval, "Time between two checks: 30s, 1m30s");
  duration("--health-timeout", options.timeout, "How long one may take");
  duration("--health-start-period", options.start_period, "Time to start, in which none counts");
  duration("--health-start-interval", options.start_interval, "Time between two checks in that");
  command.text("--health-retries", options.retries, "N", "Failures in a row that are too many");
  command.flag("--unset-healthcheck", options.unset, "Take the health check away").excludes(test);
}

void add_identity_options(const Command& command, MutateOptions& options) {
  command.text("--os", options.os, "OS", "The operating system; of one image only, as the next");
  command.text("--arch", options.architecture, "ARCH", "The architecture");
  command.text("--variant", options.variant, "VARIANT", "The variant of the architecture");
  command.text("--os-version", options.os_version, "VERSION", "The version of the system");
  command.text("--created", options.created, "TIME|N",
               "When the image was made; later times become this one");
  command.text("--author", options.author, "TEXT", "Of the image and of lines of the history");
  command.text("--created-by", options.created_by, "TEXT",
               "What the history says of the layer, or of this change");
  command.text("--comment", options.comment, "TEXT", "A comment there");
  command.list("--annotation", options.annotations, "[LEVEL:]K=V",
               "Set an annotation of index:, manifest: or manifest-descriptor:");
  command.list("--unset-annotation", options.unset_annotations, "K",
               "Take an annotation away wherever it is");
}

void add_layer_options(const Command& command, MutateOptions& options) {
  command.text("--rebase", options.rebase, "OLD=NEW",
               "Put the base image NEW in place of OLD, without moving a layer");
  command.list("--drop-layer", options.drop_layers, "N|DIGEST",
               "Take out a layer: its number, as inspect shows it, digest or DiffID");
  command.list("--drop-created-by", options.drop_created_by, "REGEX",
               "Take out the layers of such instructions");
  command.list("--append", options.layers, "[PLATFORM=]PATH",
               "Add a tar or a folder as a layer, on all platforms or on one");
  command.flag("--squash", options.squash, "Make one layer of all");
  const PackingFlags packing = add_packing_options(command, options.packing);
  packing.level.needs(packing.compression);
  command.flag("--force-compression", options.force_compression,
               "Pack anew also what is packed that way");
  add_format_option(command, options.format);
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
  add_health_options(command, options->healthcheck);
  add_identity_options(command, *options);
  add_layer_options(command, *options);
  command.choice("--attestations", options->attestations, attestation_words(),
                 "What becomes of attestations of a changed image: drop, or keep, though they "
                 "speak of what it was");
  command.flag("--force", options->force, "A single image may replace an index in a registry");
  command.runs(mutate, options);
}

}  // namespace bale::tools
