// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/descriptor.h"

namespace bale::oci {

/// An image manifest, OCI or Docker schema 2 (image-spec, manifest.md).
struct Manifest {
  MediaType media_type = media_type::kOciManifest;
  std::string artifact_type = {};
  Descriptor config;
  std::vector<Descriptor> layers = {};
  std::optional<Descriptor> subject = std::nullopt;
  Annotations annotations = {};

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// An image index or Docker manifest list (image-spec, image-index.md).
struct Index {
  MediaType media_type = media_type::kOciIndex;
  std::string artifact_type = {};
  std::vector<Descriptor> manifests = {};
  std::optional<Descriptor> subject = std::nullopt;
  Annotations annotations = {};

  friend bool operator==(const Index&, const Index&) = default;
};

/// Whether the entry is a BuildKit attestation, which belongs to another entry of its index and
/// runs on no platform.
bool is_attestation(const Descriptor& entry);

/// Entries in bale's canonical order: by os, architecture, variant, then digest; attestations last.
/// Identical entries are made one; two platforms with the same digest stay two.
std::vector<Descriptor> canonical_order(std::vector<Descriptor> entries);

/// Strict: throws kCorrupt, with the JSON path, for documents that are not what the specification
/// says: duplicate keys, both `manifests` and `layers`, negative sizes, invalid digests, nesting
/// over 64. Nothing is allocated from a claimed size.
Manifest parse_manifest(std::string_view json);
Index parse_index(std::string_view json);

/// Compact JSON with the keys in the order of the specification: the same value, the same bytes.
std::string to_json(const Manifest& manifest);
std::string to_json(const Index& index);

/// Limits on documents that come from elsewhere, in bytes.
inline constexpr std::size_t kMaxManifestSize = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kMaxConfigSize = std::size_t{8} * 1024 * 1024;
/// A limit on entries in one index and on layers in one manifest.
inline constexpr std::size_t kMaxDescriptors = 10'000;

}  // namespace bale::oci
