// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/image_config.h"
#include "oci/manifest.h"

namespace bale::oci {

/// A parsed document beside the very bytes that it came as, which alone are stored and sent on:
/// nothing that was received is ever serialised again.
template <typename T>
struct Document {
  Descriptor descriptor;
  std::string bytes;
  T value;
};

/// A document of our own making: serialised once, here.
Document<Manifest> make_document(Manifest manifest);
Document<Index> make_document(Index index);
/// `manifest_type` decides between the OCI and the Docker config type.
Document<ImageConfig> make_document(ImageConfig config, const MediaType& manifest_type);

/// Reads, verifies digest and size, then parses. Throws kCorrupt for anything that does not agree,
/// kNotFound for a blob that is not there.
Document<Manifest> read_manifest(const BlobProvider& blobs, const Descriptor& descriptor);
Document<Index> read_index(const BlobProvider& blobs, const Descriptor& descriptor);
Document<ImageConfig> read_image_config(const BlobProvider& blobs, const Descriptor& descriptor);

/// The bytes of a small blob, verified. Throws kCorrupt if `descriptor.size` is over `limit`.
std::string read_blob(const BlobProvider& blobs, const Descriptor& descriptor, std::size_t limit);

/// The type that a manifest or index gives itself; the OCI type of its shape where it gives none;
/// "" for what is neither of the two.
MediaType sniff_document_type(std::string_view bytes);

/// What a manifest or index says of itself, for one of which only the digest is known. Nothing
/// where the blob is absent or neither of the two. Throws kCorrupt where the digest does not hold.
std::optional<Descriptor> describe_document(const BlobProvider& blobs, const Digest& digest);

/// Writes a document's bytes, which are the descriptor's; a blob that is there already is left
/// alone.
void write_blob(BlobStore& store, const Descriptor& descriptor, std::string_view bytes);

}  // namespace bale::oci
