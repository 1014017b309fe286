// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include "tools/command.h"
#include "tools/manifest_flow.h"
#include "tools/option_groups.h"

namespace bale::tools {

namespace {

using Options = std::shared_ptr<ManifestOptions>;  // shared between the commands and the action

/// Lets the command line choose the flow.
void run_with(CLI::App& command, const Options& options, Action& chosen,
              int (*flow)(Program&, const ManifestOptions&)) {
  command.callback([options, &chosen, flow] {
    chosen = [options, flow](Program& program) { return flow(program, *options); };
  });
}

void add_name(CLI::App& command, const Options& options) {
  command.add_option("NAME", options->name, "The index: of the store, oci:DIR:TAG or docker://REF")
      ->required();
}

CLI::Option* add_members(CLI::App& command, const Options& options, const char* help) {
  return command.add_option("SOURCE", options->members, help);
}

void add_entry_options(CLI::App& command, const Options& options) {
  EntryOptions& entry = options->entry;
  add_text(command, "--os", entry.os, "OS", "The operating system of the entry");
  add_text(command, "--arch", entry.architecture, "ARCH", "Its architecture");
  add_text(command, "--variant", entry.variant, "VARIANT", "The variant of the architecture");
  add_text(command, "--os-version", entry.os_version, "VERSION", "The version of the system");
  add_list(command, "--os-features,--features", entry.os_features, "F,...",
           "What the system must have")
      ->delimiter(',');
}

void add_annotation_options(CLI::App& command, const Options& options) {
  add_list(command, "--annotation", options->entry.annotations, "K=V", "Set an annotation");
  add_list(command, "--unset-annotation", options->entry.unset_annotations, "K",
           "Take an annotation away");
}

void add_index_options(CLI::App& command, const Options& options) {
  add_text(command, "--subject", options->subject, "REF", "What the index is about");
  add_text(command, "--artifact-type", options->artifact_type, "TYPE",
           "What the index is, where it is no image");
}

void add_gates(CLI::App& command, const Options& options) {
  add_text(command, "--expect-platforms", options->expected_platforms, "P,...",
           "Fail with status 7 unless these are its platforms");
  command.add_flag("--dry-run", options->dry_run, "Print the index, write nothing");
}

void add_create(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command =
      *manifest.add_subcommand("create", "Make an index of exactly the images named");
  add_name(command, options);
  add_members(command, options,
              "Images by any transport, digests, or metadata files of builds (PATH.json)");
  add_list(command, "-t,--tag", options->tags, "NAME", "A further name of the index");
  add_annotation_options(command, options);
  add_index_options(command, options);
  add_gates(command, options);
  command.add_flag("--all", options->all, "All images of an index, which is the default");
  command.add_flag("-a,--amend", options->amend, "Add to the index where there is one");
  command.add_flag("--force", options->force,
                   "An index of several platforms may become one of one");
  run_with(command, options, chosen, create_index);
}

void add_add(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command = *manifest.add_subcommand(
      "add", "Add images to an index, in place of those it has for their platforms");
  add_name(command, options);
  add_members(command, options,
              "Images by any transport, digests, or metadata files of builds (PATH.json)")
      ->required();
  add_entry_options(command, options);
  add_annotation_options(command, options);
  add_gates(command, options);
  command.add_flag("--all", options->all, "All images of an index, which is the default");
  run_with(command, options, chosen, add_to_index);
}

void add_annotate(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command =
      *manifest.add_subcommand("annotate", "Change what an index says of an entry, or of itself");
  add_name(command, options);
  add_members(command, options, "The entry, by its digest or its image");
  command.add_flag("--index", options->of_index, "The index itself");
  add_entry_options(command, options);
  add_annotation_options(command, options);
  add_index_options(command, options);
  add_gates(command, options);
  run_with(command, options, chosen, annotate_index);
}

void add_remove(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command = *manifest.add_subcommand("remove", "Take entries out of an index");
  add_name(command, options);
  add_members(command, options, "The entries, by their digests or their images")->required();
  add_gates(command, options);
  run_with(command, options, chosen, remove_from_index);
}

void add_exists(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command =
      *manifest.add_subcommand("exists", "Status 0 where the name is an index, else 5");
  add_name(command, options);
  run_with(command, options, chosen, index_exists);
}

void add_inspect(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command = *manifest.add_subcommand("inspect", "Print an index or manifest as JSON");
  add_name(command, options);
  command.add_flag("--raw", options->raw, "The exact bytes");
  run_with(command, options, chosen, print_index);
}

void add_push(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command =
      *manifest.add_subcommand("push", "Bring an index with all its images to a registry");
  add_name(command, options);
  command.add_option("DST", options->destination, "Where to, if not the index's own name");
  command.add_flag("--all", options->all, "All images, which is the default");
  command.add_flag("--rm", options->remove_after, "Take the name away here afterwards");
  add_text(command, "--digestfile", options->digest_file, "FILE", "Write the digest to a file");
  add_text(command, "--expect-platforms", options->expected_platforms, "P,...",
           "Fail with status 7 unless these are its platforms");
  run_with(command, options, chosen, push_index);
}

void add_rm(CLI::App& manifest, const Options& options, Action& chosen) {
  CLI::App& command = *manifest.add_subcommand("rm", "Take the names of indexes away");
  command.add_option("NAME", options->members, "The indexes")->required();
  run_with(command, options, chosen, remove_indexes);
}

}  // namespace

void add_manifest_command(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ManifestOptions>();
  CLI::App& manifest = *app.add_subcommand("manifest", "Make and change an index by hand");
  manifest.require_subcommand(1);
  add_create(manifest, options, chosen);
  add_add(manifest, options, chosen);
  add_annotate(manifest, options, chosen);
  add_remove(manifest, options, chosen);
  add_exists(manifest, options, chosen);
  add_inspect(manifest, options, chosen);
  add_push(manifest, options, chosen);
  add_rm(manifest, options, chosen);
}

}  // namespace bale::tools
