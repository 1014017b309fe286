// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "oci/printable.h"
#include "oci/validate.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

std::vector<oci::Fault> faults_of(Program& program, const std::string& text) {
  const auto name = oci::ImageName::parse(text);
  const bool whole_layout =
      name.transport == oci::Transport::kOciLayout && name.tag.empty() && !name.digest;
  if (whole_layout && !std::filesystem::exists(name.path)) {
    throw oci::Error(oci::ErrorCode::kNotFound, "no folder " + name.path);
  }
  if (whole_layout) return oci::validate_layout(name.path, oci::ValidateDepth::kLayers);
  const OpenedImage image = open_image(program, text);
  complete_in_store(program, image, image.root);
  return oci::validate_image(*image.blobs, image.root, oci::ValidateDepth::kLayers);
}

int validate(Program& program, const std::string& name) {
  const auto faults = faults_of(program, name);
  for (const auto& fault : faults) {
    print(oci::printable(fault.place + ": " + fault.message) + "\n");
  }
  if (faults.empty()) return exit_status::kDone;
  throw oci::Error(oci::ErrorCode::kCorrupt, fmt::format("{} has {} fault{}", name, faults.size(),
                                                         faults.size() == 1 ? "" : "s"));
}

}  // namespace

void add_validate_command(const Command& bale) {
  auto name = std::make_shared<std::string>();  // shared with the action
  const Command command =
      bale.subcommand("validate", "Check every digest, size, type and rule of an image");
  command.argument("REF", *name, "The image, or a whole layout as oci:DIR").required();
  command.runs(validate, name);
}

}  // namespace bale::tools
