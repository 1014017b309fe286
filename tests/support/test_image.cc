// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_image.h"

#include <fmt/format.h>

namespace bale::test {

using oci::Descriptor;

namespace {

std::string padded(std::string text) {
  text.resize((text.size() + 511) / 512 * 512, '\0');
  return text;
}

std::string tar_header(const std::string& name, std::size_t size) {
  const auto field = [](std::string text, std::size_t width) {
    text.resize(width, '\0');
    return text;
  };
  std::string header = field(name, 100) + field("0000644", 8) + field("0000000", 8) +
                       field("0000000", 8) + field(fmt::format("{:011o}", size), 12) +
                       field("00000000000", 12) + std::string(8, ' ') + "0" +
                       std::string(100, '\0') + std::string("ustar\00000", 8);
  header = padded(std::move(header));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  header.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return header;
}

}  // namespace

std::string make_tar(const std::map<std::string, std::string>& files) {
  std::string tar;
  for (const auto& [name, content] : files) {
    tar += tar_header(name, content.size()) + padded(content);
  }
  return tar + std::string(1024, '\0');
}

Descriptor add_blob(oci::BlobStore& store, std::string_view content, const oci::MediaType& type) {
  Descriptor descriptor{.media_type = type,
                        .digest = oci::Digest::of(oci::as_bytes(content)),
                        .size = content.size()};
  oci::write_blob(store, descriptor, content);
  return descriptor;
}

Descriptor add_image(oci::BlobStore& store, std::string_view platform, std::string_view salt,
                     std::size_t layers) {
  oci::ImageConfig config;
  config.created = "2024-03-01T12:00:00Z";
  config.platform = oci::Platform::parse(platform);
  config.config.entrypoint = {"/hello"};
  std::vector<Descriptor> blobs;
  for (std::size_t i = 0; i < layers; ++i) {
    // The first layer is the same for all images, as a base layer is.
    const std::string text = i == 0 ? "base" : fmt::format("{} {} {}", platform, salt, i);
    const std::string tar = make_tar({{fmt::format("file{}", i), text}});
    blobs.push_back(add_blob(store, tar, oci::media_type::kOciLayer));
    config.diff_ids.emplace_back(blobs.back().digest);
    config.history.push_back({.created = config.created,
                              .created_by = fmt::format("COPY file{} /", i),
                              .author = {},
                              .comment = {}});
    config.history.push_back({.created = config.created,
                              .created_by = "ENV A=b",
                              .author = {},
                              .comment = {},
                              .empty_layer = true});
  }
  const auto config_document = oci::make_document(config, oci::media_type::kOciManifest);
  oci::write_blob(store, config_document.descriptor, config_document.bytes);
  const auto manifest = oci::make_document(
      oci::Manifest{.config = config_document.descriptor, .layers = std::move(blobs)});
  oci::write_blob(store, manifest.descriptor, manifest.bytes);
  Descriptor descriptor = manifest.descriptor;
  descriptor.platform = config.platform;
  return descriptor;
}

Descriptor add_index(oci::BlobStore& store, const std::vector<std::string>& platforms,
                     std::string_view salt) {
  oci::Index index;
  for (const auto& platform : platforms) {
    index.manifests.push_back(add_image(store, platform, salt));
  }
  const auto document = oci::make_document(std::move(index));
  oci::write_blob(store, document.descriptor, document.bytes);
  return document.descriptor;
}

}  // namespace bale::test
