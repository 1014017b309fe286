// SPDX-License-Identifier: Apache-2.0
#include "builder/image_assembly.h"

#include <algorithm>
#include <chrono>

#include "oci/rfc3339.h"

namespace bale::builder {

namespace {

std::string now() { return oci::rfc3339(std::chrono::system_clock::now()); }

void apply_edits(oci::ImageConfig& config, const ImageEdits& edits) {
  for (const auto& [key, value] : edits.labels) config.config.labels[key] = value;
  for (const auto& name : edits.unset_env) {
    std::erase_if(config.config.env, [&](const std::string& variable) {
      return variable.substr(0, variable.find('=')) == name;
    });
  }
}

/// Puts each step's outcome beside its line of the history.
void apply_steps(oci::ImageConfig& config, const StageResult& stage) {
  auto step = stage.steps.begin();
  for (auto line = config.history.begin() + static_cast<std::ptrdiff_t>(stage.base_history);
       line != config.history.end(); ++line) {
    if (line->empty_layer || step == stage.steps.end()) continue;
    line->created = step->created;
    line->empty_layer = !step->layer;
    ++step;
  }
}

void set_own_times(oci::ImageConfig& config, std::size_t base_history, const std::string& created,
                   bool all) {
  config.created = created;
  for (std::size_t i = base_history; i < config.history.size(); ++i) {
    auto& line = config.history[i];
    if (all || line.created.empty()) line.created = created;
  }
}

/// When an image with this very content was first made.
std::string first_made(const oci::ImageConfig& config, LayerCache& cache) {
  const CacheKey key = CacheKeyHasher("image-time/1").field("config", to_json(config)).finish();
  if (auto known = cache.find_time(key)) return *std::move(known);
  std::string created = now();
  cache.put_time(key, created);
  return created;
}

oci::ImageConfig make_config(const StageResult& stage, const oci::Platform& platform,
                             const ImageEdits& edits, LayerCache& cache) {
  oci::ImageConfig config = stage.evaluator.config();
  config.platform = platform;
  config.created.clear();
  config.diff_ids.clear();
  for (const auto& layer : stage.layers) config.diff_ids.push_back(layer.diff_id);
  apply_edits(config, edits);
  apply_steps(config, stage);
  const auto fixed = edits.fixed_time();
  const std::string created = fixed ? *fixed : first_made(config, cache);
  set_own_times(config, stage.base_history, created, fixed.has_value());
  return config;
}

}  // namespace

std::optional<std::string> ImageEdits::fixed_time() const {
  if (!source_date_epoch) return std::nullopt;
  return oci::rfc3339(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::seconds(*source_date_epoch)));
}

PlatformImage assemble_image(const StageResult& stage, const oci::Platform& platform,
                             const ImageEdits& edits, LayerCache& cache, oci::BlobStore& store) {
  auto config =
      oci::make_document(make_config(stage, platform, edits, cache), oci::media_type::kOciManifest);
  oci::Manifest manifest{.config = config.descriptor};
  for (const auto& layer : stage.layers) manifest.layers.push_back(layer.descriptor);
  manifest.annotations = edits.manifest_annotations;
  auto document = oci::make_document(std::move(manifest));
  oci::write_blob(store, config.descriptor, config.bytes);
  oci::write_blob(store, document.descriptor, document.bytes);
  return {platform, std::move(document), std::move(config), stage.blobs};
}

oci::Document<oci::Index> assemble_index(const std::vector<PlatformImage>& images,
                                         const ImageEdits& edits, oci::BlobStore& store) {
  oci::Index index;
  for (const auto& image : images) {
    oci::Descriptor entry = image.manifest.descriptor;
    entry.platform = image.platform;
    entry.annotations = edits.manifest_descriptor_annotations;
    index.manifests.push_back(std::move(entry));
  }
  index.manifests = oci::canonical_order(std::move(index.manifests));
  index.annotations = edits.index_annotations;
  auto document = oci::make_document(std::move(index));
  oci::write_blob(store, document.descriptor, document.bytes);
  return document;
}

}  // namespace bale::builder
