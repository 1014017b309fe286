// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "tools/commands.h"
#include "tools/format_option.h"
#include "tools/manifest_flow.h"

namespace bale::tools {

namespace {

using Options = std::shared_ptr<ManifestOptions>;  // shared between the commands and the action

void add_name(const Command& command, const Options& options) {
  command
      .argument("NAME", options->name,
                "The index: of the store, oci:DIR:TAG, oci-archive:FILE:TAG or docker://REF")
      .required();
}

Option add_members(const Command& command, const Options& options, const char* help) {
  return command.argument("SOURCE", options->members, help);
}

void add_entry_options(const Command& command, const Options& options) {
  EntryOptions& entry = options->entry;
  command.text("--os", entry.os, "OS", "The operating system of the entry");
  command.text("--arch", entry.architecture, "ARCH", "Its architecture");
  command.text("--variant", entry.variant, "VARIANT", "The variant of the architecture");
  command.text("--os-version", entry.os_version, "VERSION", "The version of the system");
  command.list("--os-features,--features", entry.os_features, "F,...", "What the system must have")
      .split_at_commas();
}

void add_annotation_options(const Command& command, const Options& options) {
  command.list("--annotation", options->entry.annotations, "K=V", "Set an annotation");
  command.list("--unset-annotation", options->entry.unset_annotations, "K",
               "Take an annotation away");
}

void add_index_options(const Command& command, const Options& options) {
  command.text("--subject", options->subject, "REF", "What the index is about");
  command.text("--artifact-type", options->artifact_type, "TYPE",
               "What the index is, where it is no image");
}

void add_gates(const Command& command, const Options& options) {
  command.text("--expect-platforms", options->expected_platforms, "P,...",
               "Fail with status 7 unless these are its platforms");
  command.flag("--dry-run", options->dry_run, "Print the index, write nothing");
}

void add_create(const Command& manifest, const Options& options) {
  const Command command =
      manifest.subcommand("create", "Make an index of exactly the images named");
  add_name(command, options);
  add_members(command, options,
              "Images by any transport, digests, or metadata files of builds (PATH.json)");
  command.list("-t,--tag", options->tags, "NAME", "A further name of the index");
  add_annotation_options(command, options);
  add_index_options(command, options);
  add_gates(command, options);
  command.flag("--all", options->all, "All images of an index, which is the default");
  command.flag("-a,--amend", options->amend, "Add to the index where there is one");
  command.flag("--force", options->force, "An index of several platforms may become one of one");
  command.runs(create_index, options);
}

void add_add(const Command& manifest, const Options& options) {
  const Command command = manifest.subcommand(
      "add", "Add images to an index, in place of those it has for their platforms");
  add_name(command, options);
  add_members(command, options,
              "Images by any transport, digests, or metadata files of builds (PATH.json)")
      .required();
  add_entry_options(command, options);
  add_annotation_options(command, options);
  add_gates(command, options);
  command.flag("--all", options->all, "All images of an index, which is the default");
  command.runs(add_to_index, options);
}

void add_annotate(const Command& manifest, const Options& options) {
  const Command command =
      manifest.subcommand("annotate", "Change what an index says of an entry, or of itself");
  add_name(command, options);
  add_members(command, options, "The entry, by its digest or its image");
  command.flag("--index", options->of_index, "The index itself");
  add_entry_options(command, options);
  add_annotation_options(command, options);
  add_index_options(command, options);
  add_gates(command, options);
  command.runs(annotate_index, options);
}

void add_remove(const Command& manifest, const Options& options) {
  const Command command = manifest.subcommand("remove", "Take entries out of an index");
  add_name(command, options);
  add_members(command, options, "The entries, by their digests or their images").required();
  add_gates(command, options);
  command.runs(remove_from_index, options);
}

void add_exists(const Command& manifest, const Options& options) {
  const Command command =
      manifest.subcommand("exists", "Status 0 where the name is an index, else 5");
  add_name(command, options);
  command.runs(index_exists, options);
}

void add_inspect(const Command& manifest, const Options& options) {
  const Command command = manifest.subcommand("inspect", "Print an index or manifest as JSON");
  add_name(command, options);
  command.flag("--raw", options->raw, "The exact bytes");
  command.runs(print_index, options);
}

void add_push(const Command& manifest, const Options& options) {
  const Command command =
      manifest.subcommand("push", "Bring an index with all its images to a registry");
  add_name(command, options);
  command.argument("DST", options->destination, "Where to, if not the index's own name");
  command.flag("--all", options->all, "All images, which is the default");
  command.flag("--rm", options->remove_after, "Take the name away here afterwards");
  add_format_option(command, options->format);
  command.text("--digestfile", options->digest_file, "FILE", "Write the digest to a file");
  command.text("--expect-platforms", options->expected_platforms, "P,...",
               "Fail with status 7 unless these are its platforms");
  command.runs(push_index, options);
}

void add_rm(const Command& manifest, const Options& options) {
  const Command command = manifest.subcommand("rm", "Take the names of indexes away");
  command.argument("NAME", options->members, "The indexes").required();
  command.runs(remove_indexes, options);
}

}  // namespace

void add_manifest_command(const Command& bale) {
  const auto options = std::make_shared<ManifestOptions>();
  const Command manifest = bale.group("manifest", "Make and change an index by hand");
  add_create(manifest, options);
  add_add(manifest, options);
  add_annotate(manifest, options);
  add_remove(manifest, options);
  add_exists(manifest, options);
  add_inspect(manifest, options);
  add_push(manifest, options);
  add_rm(manifest, options);
}

}  // namespace bale::tools
