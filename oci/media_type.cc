// SPDX-License-Identifier: Apache-2.0
#include "oci/media_type.h"

#include <algorithm>

namespace bale::oci {

namespace {

constexpr std::string_view kOciLayerPrefix = "application/vnd.oci.image.layer.";
constexpr std::string_view kDockerLayerPrefix = "application/vnd.docker.image.rootfs.";

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_restricted_name(std::string_view part) {
  constexpr std::size_t kMaxPart = 127;
  constexpr std::string_view kMarks = "!#$&-^_.+";
  return !part.empty() && part.size() <= kMaxPart && is_alphanumeric(part[0]) &&
         std::all_of(part.begin(), part.end(), [&](char c) {
           return is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
         });
}

}  // namespace

bool MediaType::is_well_formed() const {
  const std::string_view text = text_;
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_restricted_name(text.substr(0, slash)) &&
         is_restricted_name(text.substr(slash + 1));
}

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
