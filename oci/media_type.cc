// SPDX-License-Identifier: Apache-2.0
#include "oci/media_type.h"

namespace bale::oci {

namespace {

constexpr std::string_view kOciLayerPrefix = "application/vnd.oci.image.layer.";
constexpr std::string_view kDockerLayerPrefix = "application/vnd.docker.image.rootfs.";

}  // namespace

bool MediaType::is_manifest() const {
  return text_ == media_type::kOciManifest || text_ == media_type::kDockerManifest;
}

bool MediaType::is_index() const {
  return text_ == media_type::kOciIndex || text_ == media_type::kDockerList;
}

bool MediaType::is_image_config() const {
  return text_ == media_type::kOciConfig || text_ == media_type::kDockerConfig;
}

bool MediaType::is_layer() const {
  return text_.starts_with(kOciLayerPrefix) || text_.starts_with(kDockerLayerPrefix);
}

bool MediaType::is_docker() const { return text_.starts_with("application/vnd.docker."); }

Compression MediaType::layer_compression() const {
  if (text_.ends_with("gzip")) return Compression::kGzip;
  if (text_.ends_with("zstd")) return Compression::kZstd;
  return Compression::kNone;
}

Compression sniff_compression(Bytes head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("\x1f\x8b")) return Compression::kGzip;
  if (text.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  return Compression::kNone;
}

MediaType oci_layer_type(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return media_type::kOciLayer;
    case Compression::kGzip:
      return media_type::kOciLayerGzip;
    case Compression::kZstd:
      return media_type::kOciLayerZstd;
  }
  return media_type::kOciLayer;
}

MediaType docker_layer_type(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return media_type::kDockerLayer;
    case Compression::kGzip:
      return media_type::kDockerLayerGzip;
    case Compression::kZstd:
      return media_type::kDockerLayerZstd;
  }
  return media_type::kDockerLayer;
}

}  // namespace bale::oci
