// SPDX-License-Identifier: Apache-2.0
#include "builder/image_layers.h"

#include <utility>

#include <fmt/format.h>

#include "oci/error.h"

namespace bale::builder {

namespace {

StageLayer as_oci(oci::Descriptor descriptor, const oci::DiffId& diff_id) {
  if (descriptor.media_type.is_docker() && descriptor.urls.empty()) {
    descriptor.media_type = oci::oci_layer_type(descriptor.media_type.layer_compression());
  }
  return {std::move(descriptor), diff_id};
}

}  // namespace

std::vector<StageLayer> layers_of(const ResolvedImage& image, const BaseImage& name) {
  const auto& descriptors = image.manifest.value.layers;
  const auto& diff_ids = image.config.value.diff_ids;
  if (descriptors.size() != diff_ids.size()) {
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     fmt::format("{} has {} layers but {} DiffIDs", name.reference.to_string(),
                                 descriptors.size(), diff_ids.size()));
  }
  std::vector<StageLayer> layers;
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    layers.push_back(as_oci(descriptors[i], diff_ids[i]));
  }
  return layers;
}

}  // namespace bale::builder
