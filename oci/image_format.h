// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "oci/manifest.h"

namespace bale::oci {

/// The two families of media types that say the same of images.
enum class ImageFormat { kOci, kDocker };

/// The type of the other family that means the same; itself where it belongs to neither.
MediaType in_format(const MediaType& type, ImageFormat format);

/// Clears annotations that Docker's format does not know; their keys are added to `left_out`.
void leave_out(Annotations& annotations, std::set<std::string>& left_out);

/// Gives a manifest and all that it names the types of one family. What Docker's manifests do not
/// know (annotations, a subject, an artifact type) is left out there; returns the keys of such
/// annotations, and `subject`. Throws kInvalid for layers packed with zstd, which they do not know
/// either.
std::set<std::string> set_format(Manifest& manifest, ImageFormat format);

/// The family that the manifest has, throughout: the OCI one where a layer is packed with zstd.
void unify_format(Manifest& manifest);

}  // namespace bale::oci
