// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "oci/bytes.h"

namespace bale::oci {

/// How a layer blob is packed (image-spec, layer.md).
enum class Compression { kNone, kGzip, kZstd };

/// A media type as descriptors and manifests carry it, with questions about its meaning. Any text
/// is a value: artifacts use types of their own (image-spec, media-types.md).
class MediaType {
 public:
  MediaType() = default;
  MediaType(std::string text) : text_(std::move(text)) {}  // NOLINT: a media type is its text
  MediaType(const char* text) : text_(text) {}             // NOLINT

  const std::string& to_string() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  /// `type/subtype`, each part as RFC 6838, section 4.2, has it.
  bool is_well_formed() const;

  /// An image manifest, OCI or Docker schema 2.
  bool is_manifest() const;
  /// An image index or a Docker manifest list.
  bool is_index() const;
  /// An image config, OCI or Docker.
  bool is_image_config() const;
  /// A filesystem layer of any packing, OCI or Docker, distributable or not.
  bool is_layer() const;
  /// A type of the Docker family.
  bool is_docker() const;
  /// What the type claims; the bytes may differ and are sniffed where it matters.
  Compression layer_compression() const;

  friend auto operator<=>(const MediaType&, const MediaType&) = default;
  friend bool operator==(const MediaType&, const MediaType&) = default;

 private:
  std::string text_;
};

namespace media_type {
inline constexpr const char* kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr const char* kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr const char* kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr const char* kOciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr const char* kOciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
inline constexpr const char* kOciEmpty = "application/vnd.oci.empty.v1+json";
inline constexpr const char* kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr const char* kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr const char* kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr const char* kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr const char* kDockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
inline constexpr const char* kDockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";
}  // namespace media_type

/// What the first bytes of a blob say of its packing; kNone for anything that is not known. Four
/// bytes are enough.
Compression sniff_compression(Bytes head);

/// The OCI layer type for a packing.
MediaType oci_layer_type(Compression compression);

/// The Docker layer type for a packing.
MediaType docker_layer_type(Compression compression);

}  // namespace bale::oci
