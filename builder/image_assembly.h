// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "builder/layer_cache.h"
#include "builder/stage_result.h"
#include "oci/document.h"

namespace bale::builder {

/// What the command line adds to the image that the Dockerfile describes.
struct ImageEdits {
  std::map<std::string, std::string> labels;
  std::vector<std::string> unset_env;
  oci::Annotations manifest_annotations;
  oci::Annotations index_annotations;
  oci::Annotations manifest_descriptor_annotations;
  std::optional<std::int64_t> source_date_epoch;  ///< seconds; all times of ours become it

  /// That time as RFC 3339 has it, where there is one.
  std::optional<std::string> fixed_time() const;
};

/// The image of one platform: its documents, which are in the store, and where its layers are.
struct PlatformImage {
  oci::Platform platform;
  oci::Document<oci::Manifest> manifest;
  oci::Document<oci::ImageConfig> config;
  std::shared_ptr<const oci::BlobProvider> blobs;  // shared with the stage it came from
};

/// Turns a built stage into an image and writes its documents to `store`. An image whose content
/// was made before gets the time that it had then, which `cache` remembers: the same build, the
/// same digest.
PlatformImage assemble_image(const StageResult& stage, const oci::Platform& platform,
                             const ImageEdits& edits, LayerCache& cache, oci::BlobStore& store);

/// The index over the images, in canonical order, written to `store`.
oci::Document<oci::Index> assemble_index(const std::vector<PlatformImage>& images,
                                         const ImageEdits& edits, oci::BlobStore& store);

}  // namespace bale::builder
