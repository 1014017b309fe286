// SPDX-License-Identifier: Apache-2.0
#include "tools/build_results.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "builder/copy_runner.h"
#include "builder/image_checks.h"
#include "oci/error.h"
#include "oci/json_writer.h"
#include "tools/exit_status.h"
#include "tools/output_file.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

/// `amd64`, `arm-v7`
std::string tag_suffix(const oci::Platform& platform) {
  std::string suffix = platform.architecture;
  if (!platform.variant.empty()) suffix += "-" + platform.variant;
  return suffix;
}

std::vector<builder::StageLayer> layers_of(const builder::PlatformImage& image) {
  std::vector<builder::StageLayer> layers;
  for (std::size_t i = 0; i < image.manifest.value.layers.size(); ++i) {
    layers.push_back({image.manifest.value.layers[i], image.config.value.diff_ids[i]});
  }
  return layers;
}

std::string metadata(const builder::BuildOutcome& outcome,
                     const std::vector<oci::Reference>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ",") + name.to_string();
  return oci::json_page([&](oci::JsonWriter& json) {
    if (!outcome.index) {
      const oci::Digest& config = outcome.images.at(0).config.descriptor.digest;
      json.member("containerimage.config.digest", config.to_string());
    }
    json.member("containerimage.descriptor", outcome.root());
    json.member("containerimage.digest", outcome.root().digest.to_string());
    json.member_unless_empty("image.name", list);
  });
}

}  // namespace

ImageBlobs::ImageBlobs(const oci::Store& store, const builder::BuildOutcome& outcome)
    : store_(store) {
  for (const auto& image : outcome.images) {
    for (const auto& layer : image.manifest.value.layers) {
      elsewhere_.emplace(layer.digest, image.blobs);
    }
  }
}

const oci::BlobProvider& ImageBlobs::holder_of(const oci::Digest& digest) const {
  const auto found = elsewhere_.find(digest);
  if (found == elsewhere_.end() || store_.blobs().size(digest)) return store_.blobs();
  return *found->second;
}

std::optional<std::uint64_t> ImageBlobs::size(const oci::Digest& digest) const {
  return holder_of(digest).size(digest);
}

std::unique_ptr<oci::Source> ImageBlobs::do_open(const oci::Descriptor& descriptor) const {
  return holder_of(descriptor.digest).open_unverified(descriptor);
}

oci::Error error_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const oci::Error& error) {
    return error;
  } catch (const std::exception& error) {
    return {oci::ErrorCode::kFailed, error.what()};
  }
}

void report_failures(Program& program, const builder::BuildOutcome& outcome) {
  if (outcome.failures.empty()) return;
  const bool color = wants_color(program.options().terminal.color);
  std::string missing;
  for (const auto& failure : outcome.failures) {
    print_error(error_of(failure.error).in(failure.platform.to_string()), color);
    missing += (missing.empty() ? "" : ", ") + failure.platform.to_string();
  }
  if (!outcome.images.empty()) {
    program.progress().warn("the index lacks what failed: " + missing);
  }
}

int status_of_failures(const builder::BuildOutcome& outcome) {
  int status = exit_status::kFailed;
  for (const auto& failure : outcome.failures) {
    const auto error = error_of(failure.error);
    if (error.code() == oci::ErrorCode::kStepFailed) return exit_status::kStepFailed;
    if (status == exit_status::kFailed) status = exit_status_of(error.code());
  }
  return status;
}

std::vector<NamedImage> with_platform_tags(const std::vector<oci::Reference>& names,
                                           const builder::BuildOutcome& outcome,
                                           bool platform_tags) {
  std::vector<NamedImage> all;
  for (const auto& name : names) {
    all.push_back({name, outcome.root()});
    if (!platform_tags) continue;
    for (const auto& image : outcome.images) {
      all.push_back(
          {name.with_tag(*name.tag + "-" + tag_suffix(image.platform)), image.manifest.descriptor});
    }
  }
  return all;
}

std::vector<TaggedRoot> tags_by_root(const std::vector<NamedImage>& names,
                                     const std::string& repository) {
  std::vector<TaggedRoot> roots;
  for (const auto& [name, root] : names) {
    if (name.name() != repository) continue;
    const auto& digest = root.digest;
    auto found = std::find_if(roots.begin(), roots.end(),
                              [&](const TaggedRoot& each) { return each.root.digest == digest; });
    if (found == roots.end()) found = roots.insert(roots.end(), TaggedRoot{root, {}});
    found->tags.insert(*name.tag);
  }
  return roots;
}

bool check_images(Program& program, const builder::BuildOutcome& outcome, bool strict) {
  const bool color = wants_color(program.options().terminal.color);
  builder::LayerTables tables(program.store());
  bool found = false;
  for (const auto& image : outcome.images) {
    const auto open_files = [&] {
      return builder::files_of(layers_of(image), *image.blobs, tables);
    };
    for (const auto& fault : builder::find_image_faults(open_files, image.config.value)) {
      found = true;
      const std::string message = image.platform.to_string() + ": " + fault.message;
      if (strict) {
        print_error({oci::ErrorCode::kCorrupt, message, fault.hint}, color);
      } else {
        program.progress().warn(message + (fault.hint.empty() ? "" : " (" + fault.hint + ")"));
      }
    }
  }
  return !(found && strict);
}

void write_outputs(Program& program, const builder::BuildOutcome& outcome,
                   const std::vector<oci::ImageName>& outputs) {
  for (const auto& destination : outputs) {
    OpenedImage image{destination, outcome.root(),
                      std::make_shared<const ImageBlobs>(program.store(), outcome)};
    select_platforms(image, {}, destination.transport == oci::Transport::kDockerArchive);
    write_image(program, image, destination, {});
  }
}

void write_result_files(const builder::BuildOutcome& outcome,
                        const std::vector<oci::Reference>& names, const BuildOptions& options,
                        const std::stop_token& stop) {
  if (!options.iid_file.empty()) {
    const auto& id = outcome.index ? outcome.index->descriptor.digest
                                   : outcome.images.at(0).config.descriptor.digest;
    write_result(options.iid_file, id.to_string(), stop);
  }
  if (!options.digest_file.empty()) {
    write_result(options.digest_file, outcome.root().digest.to_string(), stop);
  }
  if (!options.metadata_file.empty()) {
    write_result(options.metadata_file, metadata(outcome, names), stop);
  }
}

}  // namespace bale::tools
