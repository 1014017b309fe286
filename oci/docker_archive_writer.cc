// SPDX-License-Identifier: Apache-2.0
#include "oci/docker_archive_writer.h"

#include <set>
#include <string>
#include <utility>

#include "oci/error.h"
#include "oci/image.h"
#include "oci/json_writer.h"
#include "oci/layer_reader.h"
#include "oci/spool.h"
#include "oci/tar_writer.h"

namespace bale::oci {

namespace {

std::string config_name(const Image& image) {
  return std::string(image.config.descriptor.digest.hex()) + ".json";
}

std::string layer_name(const DiffId& diff_id) {
  return std::string(diff_id.digest().hex()) + ".tar";
}

TarEntry file_entry(std::string name, std::uint64_t size) {
  TarEntry entry;
  entry.path = std::move(name);
  entry.size = size;
  return entry;
}

Image read_layered_image(const BlobProvider& blobs, const Descriptor& manifest) {
  Image image = read_image(blobs, manifest);
  const auto& layers = image.manifest.value.layers;
  if (layers.size() != image.config.value.diff_ids.size()) {
    throw Error(ErrorCode::kCorrupt, manifest.digest.to_string() + " has " +
                                         std::to_string(layers.size()) + " layers for " +
                                         std::to_string(image.config.value.diff_ids.size()) +
                                         " DiffIDs");
  }
  for (const auto& layer : layers) {
    if (layer.media_type.is_layer()) continue;
    throw Error(ErrorCode::kInvalid, manifest.digest.to_string() +
                                         " does not fit a docker-archive: it has a blob of type " +
                                         layer.media_type.to_string());
  }
  return image;
}

void write_image(JsonWriter& json, const Image& image, const std::vector<std::string>& names) {
  json.object([&] {
    json.member("Config", config_name(image));
    json.key("RepoTags");
    names.empty() ? json.null() : json.value(names);  // null as Docker writes it
    json.array("Layers", [&] {
      for (const auto& diff_id : image.config.value.diff_ids) json.value(layer_name(diff_id));
    });
  });
}

std::string manifest_json(const std::vector<DockerArchiveImage>& wanted,
                          const std::vector<Image>& images) {
  JsonWriter json;
  json.array([&] {
    for (std::size_t i = 0; i < images.size(); ++i) write_image(json, images[i], wanted[i].names);
  });
  return std::string(json.text());
}

void write_layer(const BlobProvider& blobs, const Descriptor& layer, const DiffId& diff_id,
                 TarWriter& tar) {
  const auto plain = open_layer(blobs, layer);
  VerifyingSource verified(*plain, diff_id.digest());
  SpooledFile file = spool(verified);
  FileSource content(std::move(file.fd));
  tar.add(file_entry(layer_name(diff_id), file.size), content);
}

}  // namespace

void write_docker_archive(const BlobProvider& blobs, const std::vector<DockerArchiveImage>& wanted,
                          Sink& out) {
  std::vector<Image> images;
  for (const auto& image : wanted) images.push_back(read_layered_image(blobs, image.manifest));
  TarWriter tar(out);
  const std::string manifest = manifest_json(wanted, images);
  tar.add(file_entry("manifest.json", manifest.size()), as_bytes(manifest));
  std::set<std::string> written;
  for (const auto& image : images) {
    const std::string name = config_name(image);
    if (!written.insert(name).second) continue;
    tar.add(file_entry(name, image.config.bytes.size()), as_bytes(image.config.bytes));
  }
  for (const auto& image : images) {
    const auto& diff_ids = image.config.value.diff_ids;
    for (std::size_t i = 0; i < diff_ids.size(); ++i) {
      if (!written.insert(layer_name(diff_ids[i])).second) continue;
      write_layer(blobs, image.manifest.value.layers[i], diff_ids[i], tar);
    }
  }
  tar.finish();
}

}  // namespace bale::oci
