// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "oci/document.h"

namespace bale::oci {

/// One image for one platform: its two documents, as they came.
struct Image {
  Document<Manifest> manifest;
  Document<ImageConfig> config;
};

/// Reads manifest and config, verified. Throws kInvalid where the manifest is an artifact's and has
/// no image config, kNotFound and kCorrupt as reading does.
Image read_image(const BlobProvider& blobs, const Descriptor& manifest);

/// Whether an image for `have` is one for `wanted`: the same system, architecture and variant after
/// normalisation, and the same version of the system where one is wanted.
bool matches(const Platform& have, const Platform& wanted);

/// The first entry for the platform, attestations left out. Throws kNotFound with the platforms
/// that there are.
Descriptor select_platform(const Index& index, const Platform& platform);

/// A smaller index, with all that the index says itself: the entries for the platforms in their
/// order, each with its attestations. Throws kNotFound where one of the platforms is not there.
Index select_platforms(const Index& index, const std::vector<Platform>& platforms);

/// The digest that an attestation in an index speaks of (`vnd.docker.reference.digest`).
std::optional<Digest> attested_digest(const Descriptor& entry);

/// The manifest that `root` means for a platform: `root` itself where it is a manifest, else an
/// entry of it, in nested indexes too. Without a platform this machine's, else the only one.
/// Configs are read where an entry does not say its platform. Throws kNotFound with what there is,
/// kInvalid where no platform was named and none can be chosen.
Descriptor select_image(const BlobProvider& blobs, const Descriptor& root,
                        const std::optional<Platform>& platform);

/// The image manifests under `root` with their platforms filled in, nested indexes opened,
/// attestations and artifacts left out; in the order of the index, each platform of each digest
/// once.
std::vector<Descriptor> list_platforms(const BlobProvider& blobs, const Descriptor& root);

}  // namespace bale::oci
