// SPDX-License-Identifier: Apache-2.0
#include "tests/support/spoiled_image.h"

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_walk.h"
#include "oci/inspect.h"
#include "tests/support/test_image.h"

namespace bale::oci {

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.place << " | " << fault.message;
}

}  // namespace bale::oci

namespace bale::test {

namespace {

using oci::MediaType;
namespace media_type = oci::media_type;

/// Stores a document, spoiled, and describes it as others refer to it.
Json add_document(oci::BlobStore& store, Json document, const MediaType& type,
                  const std::function<void(Json&)>& spoil,
                  const std::function<void(std::string&)>& spoil_text) {
  if (spoil) spoil(document);
  std::string text = document.dump();
  if (spoil_text) spoil_text(text);
  const auto descriptor = add_blob(store, text, type);
  return {{"mediaType", type.to_string()},
          {"digest", descriptor.digest.to_string()},
          {"size", descriptor.size}};
}

}  // namespace

oci::Descriptor add_spoiled(oci::BlobStore& store, const SpoiledImage& spoiled) {
  const auto image = add_image(store, "linux/arm64");
  Json manifest = Json::parse(oci::read_blob(store, image, oci::kMaxManifestSize));
  const auto good_config = oci::read_manifest(store, image).value.config;
  manifest["config"] =
      add_document(store, Json::parse(oci::read_blob(store, good_config, oci::kMaxConfigSize)),
                   media_type::kOciConfig, spoiled.config, spoiled.config_text);
  Json entry = add_document(store, manifest, media_type::kOciManifest, spoiled.manifest,
                            spoiled.manifest_text);
  entry["platform"] = {{"architecture", "arm64"}, {"os", "linux"}};
  const Json index = {
      {"schemaVersion", 2}, {"mediaType", media_type::kOciIndex}, {"manifests", {entry}}};
  const Json root =
      add_document(store, index, media_type::kOciIndex, spoiled.index, spoiled.index_text);
  return {.media_type = media_type::kOciIndex,
          .digest = oci::Digest::parse(root["digest"].get<std::string>()),
          .size = root["size"].get<std::uint64_t>()};
}

std::vector<oci::Fault> faults_of(const SpoiledImage& spoiled) {
  oci::MemoryStore store;
  auto faults = oci::validate_image(store, add_spoiled(store, spoiled));
  for (auto& fault : faults) {
    const auto colon = fault.place.find(": ");
    fault.place = colon == std::string::npos ? "" : fault.place.substr(colon + 2);
  }
  return faults;
}

std::string refusal_of(const SpoiledImage& spoiled) {
  oci::MemoryStore store;
  const auto root = add_spoiled(store, spoiled);
  try {
    oci::list_image_blobs(store, root);
    oci::inspect_image(store, root, "");
    return "";
  } catch (const oci::Error& error) {
    return error.what();
  }
}

}  // namespace bale::test
