// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "builder/copy_runner.h"
#include "builder/image_checks.h"
#include "builder/layer_tables.h"
#include "builder/size_text.h"
#include "oci/image.h"
#include "oci/index_edit.h"
#include "oci/inspect.h"
#include "oci/printable.h"
#include "oci/validate.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/option_values.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

using Words = std::vector<std::string>;

struct VerifyOptions {
  std::string name;
  std::vector<std::string> platforms;
  std::string max_size;
  bool entrypoint = false;
};

/// Everything that speaks against a release, one line each.
class Verification {
 public:
  Verification(Program& program, const VerifyOptions& options)
      : program_(program), options_(options), image_(open_image(program, options.name)) {}

  std::vector<std::string> run() {
    complete_in_store(program_, image_, image_.root);
    for (const auto& fault :
         oci::validate_image(*image_.blobs, image_.root, oci::ValidateDepth::kLayers)) {
      faults_.push_back(fault.place + ": " + fault.message);
    }
    // What is not valid cannot be trusted to be read further.
    if (!faults_.empty()) return std::move(faults_);
    const auto images = oci::list_platforms(*image_.blobs, image_.root);
    check_platforms(images);
    for (const auto& image : images) {
      if (!options_.max_size.empty()) check_size(image);
      if (options_.entrypoint) check_entrypoint(image);
    }
    return std::move(faults_);
  }

 private:
  void check_platforms(const std::vector<oci::Descriptor>& images) {
    std::vector<oci::Platform> present;
    for (const auto& image : images) present.push_back(*image.platform);
    try {
      oci::expect_platforms(present, parse_platforms(options_.platforms));
    } catch (const oci::Error& error) {
      if (error.code() != oci::ErrorCode::kCorrupt) throw;
      faults_.emplace_back(error.what());
    }
  }

  /// What moves when one platform is pulled.
  void check_size(const oci::Descriptor& image) {
    const auto limit = builder::parse_size(options_.max_size);
    if (!limit) {
      throw oci::Error(oci::ErrorCode::kInvalid, "--max-size " + options_.max_size + ": no size",
                       "for instance --max-size 120MB");
    }
    const auto size = oci::inspect_image(*image_.blobs, image, {}).compressed_size;
    if (size <= *limit) return;
    faults_.push_back(fmt::format("{}: {} compressed, over the {} allowed",
                                  image.platform->to_string(), oci::human_size(size),
                                  oci::human_size(*limit)));
  }

  void check_entrypoint(const oci::Descriptor& descriptor) {
    const oci::Image image = oci::read_image(*image_.blobs, descriptor);
    const oci::RuntimeConfig& config = image.config.value.config;
    if (config.entrypoint.value_or(Words{}).empty() && config.cmd.value_or(Words{}).empty()) {
      faults_.push_back(descriptor.platform->to_string() + ": neither an entrypoint nor a command");
      return;
    }
    std::vector<builder::StageLayer> layers;
    for (std::size_t i = 0; i < image.manifest.value.layers.size(); ++i) {
      layers.push_back({image.manifest.value.layers[i], image.config.value.diff_ids[i]});
    }
    builder::LayerTables tables(program_.store());
    const auto open_files = [&] { return builder::files_of(layers, *image_.blobs, tables); };
    for (const auto& fault : builder::find_image_faults(open_files, image.config.value)) {
      faults_.push_back(descriptor.platform->to_string() + ": " + fault.message);
    }
  }

  Program& program_;
  const VerifyOptions& options_;
  const OpenedImage image_;
  std::vector<std::string> faults_;
};

int verify(Program& program, const VerifyOptions& options) {
  const auto faults = Verification(program, options).run();
  for (const auto& fault : faults) print(oci::printable(fault) + "\n");
  if (faults.empty()) return exit_status::kDone;
  throw oci::Error(oci::ErrorCode::kCorrupt,
                   fmt::format("{} is not fit for release: {} fault{}", options.name, faults.size(),
                               faults.size() == 1 ? "" : "s"));
}

}  // namespace

void add_verify_command(const Command& bale) {
  auto options = std::make_shared<VerifyOptions>();  // shared with the action
  const Command command = bale.subcommand(
      "verify", "Hold an image to what a release must be; status 7 where it is not");
  command.argument("REF", options->name, "The image").required();
  command
      .list("--platforms,--platform", options->platforms, "P,...",
            "The platforms that it must have, and no others")
      .required();
  command.flag("--entrypoint", options->entrypoint,
               "The command exists, is executable, and is for the platform");
  command.text("--max-size", options->max_size, "SIZE",
               "The compressed bytes that a platform may have");
  command.runs(verify, options);
}

}  // namespace bale::tools
