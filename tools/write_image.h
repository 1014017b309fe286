// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "oci/remote_images.h"
#include "tools/open_image.h"

namespace bale::tools {

struct WriteOptions {
  bool force = false;  ///< in a registry, a single image may replace an index
  /// Where layers are that need not be moved: the store remembers it, a registry mounts them.
  oci::BlobOrigins origins = {};
  /// Those of them that a registry has named just now: the very repository is not asked for them.
  oci::BlobOrigins seen = {};
};

/// Whether the image is read from a registry.
bool is_in_registry(const OpenedImage& image);

/// Where the layers of an image are that was opened in a registry, or stands in the store without
/// them; nothing for any other. Reads documents through `documents`.
oci::BlobOrigins origins_of(Program& program, const OpenedImage& image,
                            const oci::BlobProvider& documents);

/// Fetches the layers of an image that the store has left in a registry, before they are read for
/// something else: once and for all. `whole` is the image in the store that `image` is, or is a
/// part of. Nothing for an image from elsewhere.
void complete_in_store(Program& program, const OpenedImage& image, const oci::Descriptor& whole);

/// Copies an image of a registry, its layers side by side; `documents` reads the others.
void fetch_image(Program& program, const registry::Repository& repository,
                 const oci::BlobProvider& documents, const oci::Descriptor& root,
                 oci::BlobStore& to);

/// Copies documents, and those blobs that have no origin.
void copy_to_store(const oci::BlobProvider& blobs, const oci::Descriptor& root, oci::Store& store,
                   const oci::BlobOrigins& origins);

/// Narrows an opened image to platforms: one gives its own manifest, several a smaller index. No
/// platform leaves it as it is, but with `single` it then becomes this machine's or the only one.
/// Throws kNotFound for a platform that is not there, kInvalid for several with `single`.
void select_platforms(OpenedImage& image, const std::vector<oci::Platform>& platforms, bool single);

/// Throws kInvalid where a name to write to has a digest, and not that of the image.
void check_digest(const std::string& name, const std::optional<oci::Digest>& named,
                  const oci::Digest& image);

/// Copies an image, with everything under it, to where the name says. Throws kInvalid where that is
/// another digest than the image's.
void write_image(Program& program, const OpenedImage& image, const oci::ImageName& destination,
                 const WriteOptions& options);

/// Prints the digest of an image that was written to these places, with results in these files
/// ("" is none): to standard error where one of them has standard output for itself.
void print_digest(const oci::Digest& digest, const std::vector<oci::ImageName>& written_to,
                  const std::vector<std::string>& files = {});

}  // namespace bale::tools
