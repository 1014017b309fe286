// SPDX-License-Identifier: Apache-2.0
#include "oci/document.h"

#include <algorithm>
#include <span>

#include "oci/error.h"
#include "oci/json_object.h"

namespace bale::oci {

namespace {

Descriptor describe(const MediaType& media_type, std::string_view bytes) {
  return {.media_type = media_type, .digest = Digest::of(as_bytes(bytes)), .size = bytes.size()};
}

/// What a document is that does not say so itself, as OCI ones need not.
MediaType type_or(const char* otherwise, const MediaType& own) {
  return own.empty() ? MediaType(otherwise) : own;
}

/// A document whose own `mediaType` says another thing than the descriptor could be taken for two
/// different documents by two readers (CVE-2021-41190).
void check_media_type(const Descriptor& descriptor, const MediaType& claimed) {
  if (claimed.empty() || descriptor.media_type.empty() || claimed == descriptor.media_type) return;
  throw Error(ErrorCode::kCorrupt, descriptor.digest.to_string() + " is described as " +
                                       descriptor.media_type.to_string() + " but says it is " +
                                       claimed.to_string());
}

template <typename T, typename Parse>
Document<T> read_document(const BlobProvider& blobs, const Descriptor& descriptor,
                          std::size_t limit, Parse parse) {
  std::string bytes = read_blob(blobs, descriptor, limit);
  try {
    T value = parse(bytes);
    return {descriptor, std::move(bytes), std::move(value)};
  } catch (const Error& error) {
    throw error.in(descriptor.digest.to_string());
  }
}

}  // namespace

MediaType sniff_document_type(std::string_view bytes) {
  const std::size_t start = bytes.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || bytes[start] != '{') return {};
  try {
    const JsonDocument document(bytes, "manifest");
    const JsonObject object(document);
    const bool index = object.has("manifests");
    if (!index && !(object.has("config") && object.has("layers"))) return {};
    return object.optional_string("mediaType")
        .value_or(index ? media_type::kOciIndex : media_type::kOciManifest);
  } catch (const Error&) {
    return {};  // a blob of another kind
  }
}

Document<Manifest> make_document(Manifest manifest) {
  std::string bytes = to_json(manifest);
  Descriptor descriptor = describe(type_or(media_type::kOciManifest, manifest.media_type), bytes);
  descriptor.artifact_type = manifest.artifact_type;
  return {std::move(descriptor), std::move(bytes), std::move(manifest)};
}

Document<Index> make_document(Index index) {
  std::string bytes = to_json(index);
  Descriptor descriptor = describe(type_or(media_type::kOciIndex, index.media_type), bytes);
  return {std::move(descriptor), std::move(bytes), std::move(index)};
}

Document<ImageConfig> make_document(ImageConfig config, const MediaType& manifest_type) {
  std::string bytes = to_json(config);
  Descriptor descriptor = describe(
      manifest_type.is_docker() ? media_type::kDockerConfig : media_type::kOciConfig, bytes);
  return {std::move(descriptor), std::move(bytes), std::move(config)};
}

Document<Manifest> read_manifest(const BlobProvider& blobs, const Descriptor& descriptor) {
  auto document =
      read_document<Manifest>(blobs, descriptor, kMaxManifestSize,
                              [](std::string_view json) { return parse_manifest(json); });
  check_media_type(descriptor, document.value.media_type);
  return document;
}

Document<Index> read_index(const BlobProvider& blobs, const Descriptor& descriptor) {
  auto document = read_document<Index>(blobs, descriptor, kMaxManifestSize,
                                       [](std::string_view json) { return parse_index(json); });
  check_media_type(descriptor, document.value.media_type);
  return document;
}

Document<ImageConfig> read_image_config(const BlobProvider& blobs, const Descriptor& descriptor) {
  return read_document<ImageConfig>(blobs, descriptor, kMaxConfigSize, parse_image_config);
}

std::string read_blob(const BlobProvider& blobs, const Descriptor& descriptor, std::size_t limit) {
  if (descriptor.size > limit) {
    throw Error(ErrorCode::kCorrupt, descriptor.digest.to_string() + " claims " +
                                         std::to_string(descriptor.size) + " bytes, over the " +
                                         std::to_string(limit) + " allowed for a document");
  }
  const auto source = blobs.open_unverified(descriptor);
  VerifyingSource verified(*source, descriptor.digest, descriptor.size);
  const std::size_t most = descriptor.size + 1;  // one more, to see the end
  std::string text;
  text.reserve(most);  // of memory, only what the bytes need as they come
  std::size_t filled = 0;
  while (filled == text.size() && filled < most) {
    text.resize(std::min(filled + kChunkSize, most));
    filled += read_full(verified, std::as_writable_bytes(std::span(text).subspan(filled)));
  }
  text.resize(filled);
  return text;
}

std::optional<Descriptor> describe_document(const BlobProvider& blobs, const Digest& digest) {
  const auto size = blobs.size(digest);
  if (!size || *size > kMaxManifestSize) return std::nullopt;
  Descriptor descriptor{.media_type = {}, .digest = digest, .size = *size};
  const std::string bytes = read_blob(blobs, descriptor, kMaxManifestSize);
  descriptor.media_type = sniff_document_type(bytes);
  if (descriptor.media_type.empty()) return std::nullopt;
  return descriptor;
}

void write_blob(BlobStore& store, const Descriptor& descriptor, std::string_view bytes) {
  if (store.size(descriptor.digest) == descriptor.size) return;
  const auto writer = store.create_blob();
  writer->write(as_bytes(bytes));
  writer->finish(descriptor.digest);
}

}  // namespace bale::oci
