// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "oci/docker_archive.h"

namespace bale::oci {

/// Writes images, one platform each, as `docker load` and `podman load` take them: configs as they
/// are, layers uncompressed (each through a temporary file, in $TMPDIR or /var/tmp) and checked
/// against their DiffIDs, a layer that several images have once. The same images give the same
/// bytes. Throws kInvalid for what is no image of layers, kNotFound, kCorrupt.
void write_docker_archive(const BlobProvider& blobs, const std::vector<DockerArchiveImage>& images,
                          Sink& out);

}  // namespace bale::oci
