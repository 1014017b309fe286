// SPDX-License-Identifier: Apache-2.0
#include "oci/remote_images.h"

#include "oci/json_object.h"
#include "oci/json_writer.h"
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

void write_origins(JsonWriter& json, const BlobOrigins& origins) {
  if (origins.empty()) return;
  json.object("origins", [&] {
    for (const auto& [digest, repository] : origins) json.member(digest.to_string(), repository);
  });
}

void write_image(JsonWriter& json, const RemoteImage& image) {
  json.object([&] {
    json.member_unless_empty("name", image.name);
    json.member("root", image.root);
    write_origins(json, image.origins);
  });
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
  return json_object([&](JsonWriter& json) {
    json.member("version", kVersion);
    json.list("images", images, write_image);
  });
}

}  // namespace bale::oci
