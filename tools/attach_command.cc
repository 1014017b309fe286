// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "oci/document.h"
#include "registry/push.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/file_blobs.h"
#include "tools/option_values.h"
#include "tools/program.h"
#include "tools/push_flow.h"
#include "tools/registry_name.h"

namespace bale::tools {

namespace {

struct AttachOptions {
  std::string name;
  std::vector<std::string> files;
  std::string artifact_type;
  std::vector<std::string> annotations;
  bool no_subject = false;
};

constexpr const char* kDefaultFileType = "application/octet-stream";
constexpr const char* kTitle = "org.opencontainers.image.title";

/// `FILE[:MEDIA-TYPE]`; a type has a slash, and a file whose name looks like that is there.
std::pair<std::filesystem::path, std::string> split_file(const std::string& text) {
  const auto colon = text.rfind(':');
  const bool typed = colon != std::string::npos && !std::filesystem::exists(text) &&
                     text.find('/', colon) != std::string::npos;
  if (!typed) return {text, kDefaultFileType};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

oci::Annotations parse_annotations(const std::vector<std::string>& list) {
  oci::Annotations annotations;
  for (const auto& text : list) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw oci::Error(oci::ErrorCode::kInvalid, "the annotation '" + text + "' is not KEY=VALUE");
    }
    annotations[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return annotations;
}

/// What the artifact is attached to; nothing where it is to stand alone under its own tag.
std::optional<oci::Descriptor> subject_of(const registry::Repository& repository,
                                          const oci::Reference& name, bool alone) {
  if (alone && (name.digest || !name.tag)) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     name.to_string() + ": an artifact without a subject needs a tag of its own");
  }
  if (alone) return std::nullopt;
  auto subject = repository.head_manifest(name.manifest_reference());
  if (!subject) throw oci::Error(oci::ErrorCode::kNotFound, "no image " + name.to_string());
  return subject;
}

oci::Manifest make_manifest(const AttachOptions& options, FileBlobs& blobs) {
  oci::Manifest manifest{
      .artifact_type = parse_media_type(options.artifact_type, "--artifact-type"),
      .config = blobs.add_text("{}", oci::media_type::kOciEmpty),
      .annotations = parse_annotations(options.annotations)};
  for (const auto& file : options.files) {
    const auto [path, type] = split_file(file);
    oci::Descriptor layer =
        blobs.add_file(path, parse_media_type(type, "the type of " + file + ":"));
    layer.annotations[kTitle] = path.filename().string();
    manifest.layers.push_back(std::move(layer));
  }
  if (manifest.layers.empty()) manifest.layers.push_back(manifest.config);
  return manifest;
}

int attach(Program& program, const AttachOptions& options) {
  const auto name = registry_name(options.name);
  program.set_push_hosts({name.host});
  const auto repository = program.repository(name, registry::Repository::Access::kPush);
  auto subject = subject_of(repository, name, options.no_subject);
  FileBlobs blobs;
  oci::Manifest manifest = make_manifest(options, blobs);
  manifest.subject = std::move(subject);
  const auto document = oci::make_document(std::move(manifest));
  blobs.add_text(document.bytes, document.descriptor.media_type);
  registry::PushOptions push;
  push.blobs = pusher_options(program);
  if (options.no_subject) push.tags = {*name.tag};
  registry::push_image(blobs, document.descriptor, repository, push, program.progress(),
                       program.stop());
  oci::Reference made = name;
  made.tag.reset();
  print(made.with_digest(document.descriptor.digest).to_string() + "\n");
  return exit_status::kDone;
}

}  // namespace

void add_attach_command(const Command& bale) {
  auto options = std::make_shared<AttachOptions>();  // shared with the action
  const Command command =
      bale.subcommand("attach", "Put files into a registry as an artifact, attached to an image");
  command.argument("REF", options->name, "The image").required();
  command.argument("FILE[:TYPE]", options->files, "The files, with their media types");
  command.text("--artifact-type", options->artifact_type, "TYPE", "What the artifact is")
      .required();
  command.flag("--no-subject", options->no_subject,
               "Attach to nothing: REF is the name of the artifact itself");
  command.list("--annotation", options->annotations, "K=V", "An annotation of the manifest");
  command.runs(attach, options);
}

}  // namespace bale::tools
