// SPDX-License-Identifier: Apache-2.0
#include "oci/remote_images.h"

#include "oci/json.h"
#include "oci/json_object.h"
#include "oci/manifest.h"

namespace bale::oci {

namespace {

constexpr int kVersion = 1;

BlobOrigins parse_origins(const JsonObject& image) {
  BlobOrigins origins;
  for (const auto& [text, repository] : image.string_map("origins")) {
    const auto digest = Digest::try_parse(text);
    if (!digest) image.fail("origins", "not a digest: " + text.substr(0, 80));
    origins.emplace(*digest, repository);
  }
  return origins;
}

RemoteImage parse_image(const JsonObject& image) {
  const auto root = image.optional_object("root");
  if (!root) image.fail("root", "missing");
  return {image.string_or_empty("name"), parse_descriptor(*root), parse_origins(image)};
}

Json to_json_value(const RemoteImage& image) {
  Json json;
  if (!image.name.empty()) json["name"] = image.name;
  json["root"] = oci::to_json_value(image.root);
  for (const auto& [digest, repository] : image.origins) {
    json["origins"][digest.to_string()] = repository;
  }
  return json;
}

}  // namespace

std::vector<RemoteImage> parse_remote_images(std::string_view text) {
  const JsonDocument document(text, "remote-images.json");
  const JsonObject object(document);
  if (object.optional_integer("version") != kVersion) object.fail("version", "must be 1");
  std::vector<RemoteImage> images;
  for (const auto& image : object.objects("images", kMaxDescriptors)) {
    images.push_back(parse_image(image));
  }
  return images;
}

std::string to_json(const std::vector<RemoteImage>& images) {
  Json json;
  json["version"] = kVersion;
  json["images"] = Json::array();
  for (const auto& image : images) json["images"].push_back(to_json_value(image));
  return json.dump();
}

}  // namespace bale::oci
