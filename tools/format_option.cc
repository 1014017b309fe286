// SPDX-License-Identifier: Apache-2.0
#include "tools/format_option.h"

#include <map>
#include <memory>
#include <string>

#include "oci/printable.h"

namespace bale::tools {

namespace {

using Words = std::map<std::string, std::optional<oci::ImageFormat>>;

const Words& format_words() {
  static const Words words = {{"oci", oci::ImageFormat::kOci},
                              {"docker", oci::ImageFormat::kDocker},
                              {"v2s2", oci::ImageFormat::kDocker}};
  return words;
}

}  // namespace

Option add_format_option(const Command& command, std::optional<oci::ImageFormat>& target) {
  return command.choice("-f,--format", target, format_words(),
                        "Media types of the documents: oci, or docker (v2s2)");
}

OpenedImage in_format(Program& program, const OpenedImage& image, oci::ImageFormat format) {
  const auto documents = std::make_shared<oci::DocumentCache>(image.blobs);
  oci::ImageEdit edit;
  edit.format = format;
  const auto edited = oci::edit_image(*documents, image.root, edit);
  warn_about(program, edited);
  return {image.name, edited.root, documents};
}

void warn_about(Program& program, const oci::EditedImage& edited) {
  for (const auto& dropped : edited.dropped_attestations) {
    program.progress().warn("left out the attestation " + dropped.digest.to_string() +
                            ": it speaks of an image that is another now");
  }
  for (const auto& kept : edited.kept_attestations) {
    program.progress().warn("kept the attestation " + kept.digest.to_string() +
                            ", though it speaks of an image that is another now");
  }
  for (const auto& dropped : edited.dropped_entries) {
    program.progress().warn("left out " + dropped.digest.to_string() +
                            ": Docker's lists hold images alone");
  }
  if (!edited.dropped_fields.empty()) {
    const auto& fields = edited.dropped_fields;
    program.progress().warn("left out " +
                            oci::printable(oci::some_of({fields.begin(), fields.end()})) +
                            ": Docker's format has no annotations and no subject");
  }
}

}  // namespace bale::tools
