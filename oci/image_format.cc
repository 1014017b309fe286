// SPDX-License-Identifier: Apache-2.0
#include "oci/image_format.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "oci/error.h"
#include "oci/image_walk.h"

namespace bale::oci {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;  // OCI, Docker

constexpr std::array<Pair, 8> kPairs = {{
    {media_type::kOciIndex, media_type::kDockerList},
    {media_type::kOciManifest, media_type::kDockerManifest},
    {media_type::kOciConfig, media_type::kDockerConfig},
    {media_type::kOciLayer, media_type::kDockerLayer},
    {media_type::kOciLayerGzip, media_type::kDockerLayerGzip},
    {media_type::kOciLayerZstd, media_type::kDockerLayerZstd},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar",
     "application/vnd.docker.image.rootfs.foreign.diff.tar"},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
     "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"},
}};

bool is_zstd(const Descriptor& layer) {
  return layer.media_type.is_layer() && layer.media_type.layer_compression() == Compression::kZstd;
}

std::set<std::string> leave_out_what_docker_lacks(Manifest& manifest) {
  std::set<std::string> keys;
  if (manifest.subject) keys.insert("subject");
  manifest.subject.reset();
  manifest.artifact_type.clear();
  leave_out(manifest.annotations, keys);
  for (auto& layer : manifest.layers) leave_out(layer.annotations, keys);
  return keys;
}

}  // namespace

void leave_out(Annotations& annotations, std::set<std::string>& left_out) {
  for (const auto& [key, value] : annotations) left_out.insert(key);
  annotations.clear();
}

MediaType in_format(const MediaType& type, ImageFormat format) {
  const auto found = std::find_if(kPairs.begin(), kPairs.end(), [&](const Pair& pair) {
    return pair.first == type.to_string() || pair.second == type.to_string();
  });
  if (found == kPairs.end()) return type;
  return std::string(format == ImageFormat::kOci ? found->first : found->second);
}

std::set<std::string> set_format(Manifest& manifest, ImageFormat format) {
  auto& layers = manifest.layers;
  std::set<std::string> left_out;
  if (format == ImageFormat::kDocker) {
    if (std::any_of(layers.begin(), layers.end(), is_zstd)) {
      throw Error(ErrorCode::kInvalid, "Docker's manifests know no layers packed with zstd",
                  "say --compression gzip too");
    }
    left_out = leave_out_what_docker_lacks(manifest);
  }
  manifest.media_type = in_format(manifest.media_type, format);
  manifest.config.media_type = in_format(manifest.config.media_type, format);
  for (auto& layer : layers) layer.media_type = in_format(layer.media_type, format);
  return left_out;
}

void unify_format(Manifest& manifest) {
  const bool docker = manifest.media_type.is_docker() &&
                      std::none_of(manifest.layers.begin(), manifest.layers.end(), is_zstd);
  const ImageFormat format = docker ? ImageFormat::kDocker : ImageFormat::kOci;
  manifest.media_type = in_format(manifest.media_type, format);
  manifest.config.media_type = in_format(manifest.config.media_type, format);
  for (auto& layer : manifest.layers) layer.media_type = in_format(layer.media_type, format);
}

}  // namespace bale::oci
