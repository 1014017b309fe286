// SPDX-License-Identifier: Apache-2.0
#include "oci/docker_archive.h"

#include <algorithm>
#include <array>
#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/json_object.h"

namespace bale::oci {

namespace {

constexpr std::size_t kMaxManifestJson = std::size_t{1} << 20;
constexpr std::size_t kMaxImages = 1000;

Compression sniff(Source& source) {
  std::array<std::byte, 4> head{};
  const std::size_t got = read_full(source, head);
  return sniff_compression(Bytes(head).first(got));
}

std::string join(const std::vector<DockerArchiveImage>& images) {
  std::string text;
  for (const auto& image : images) {
    for (const auto& name : image.names) text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

bool has_name(const DockerArchiveImage& image, const std::string& wanted) {
  return std::any_of(image.names.begin(), image.names.end(), [&](const std::string& name) {
    try {
      return Reference::parse(name).with_default_tag().to_string() == wanted;
    } catch (const Error&) {
      return false;  // a name of an old Docker that is none today
    }
  });
}

}  // namespace

bool DockerArchive::is_in(const TarFile& file) { return file.size("manifest.json").has_value(); }

DockerArchive DockerArchive::of(TarFile file) {
  DockerArchive archive(std::move(file));
  const std::string path = archive.file_.path().string();
  if (!is_in(archive.file_)) {
    throw Error(
        ErrorCode::kCorrupt, path + " holds no docker-archive: no manifest.json",
        archive.file_.size("oci-layout") ? "try oci-archive: in place of docker-archive:" : "");
  }
  try {
    const std::string text = archive.file_.read_member("manifest.json", kMaxManifestJson);
    const JsonDocument document(text, "manifest.json");
    for (const auto& image : objects_of(document.root(), "manifest.json", kMaxImages)) {
      archive.add_image(image.required_string("Config"),
                        image.optional_strings("Layers").value_or(std::vector<std::string>{}),
                        image.optional_strings("RepoTags").value_or(std::vector<std::string>{}));
    }
  } catch (const Error& error) {
    throw error.in(path);
  }
  return archive;
}

void DockerArchive::add_image(const std::string& config_member,
                              const std::vector<std::string>& layers,
                              std::vector<std::string> names) {
  std::string config = file_.read_member(config_member, kMaxConfigSize);
  const ImageConfig parsed = parse_image_config(config);
  if (parsed.diff_ids.size() != layers.size()) {
    throw Error(ErrorCode::kCorrupt, config_member + " has " +
                                         std::to_string(parsed.diff_ids.size()) + " DiffIDs for " +
                                         std::to_string(layers.size()) + " layers");
  }
  Manifest manifest{.config = add_text(std::move(config), media_type::kOciConfig)};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    manifest.layers.push_back(add_layer(layers[i], parsed.diff_ids[i]));
  }
  Descriptor root = add_text(to_json(manifest), manifest.media_type);
  root.platform = parsed.platform;
  images_.push_back({std::move(names), std::move(root)});
}

Descriptor DockerArchive::add_text(std::string text, const MediaType& type) {
  const Digest digest = Digest::of(as_bytes(text));
  const std::uint64_t size = text.size();
  places_.insert_or_assign(digest, Place{"", std::move(text), size});
  return {.media_type = type, .digest = digest, .size = size};
}

Descriptor DockerArchive::add_layer(const std::string& member, const DiffId& diff_id) {
  if (const auto known = layers_.find(member); known != layers_.end()) return known->second;
  const auto size = file_.size(member);
  if (!size) throw Error(ErrorCode::kCorrupt, "layer " + member + " is missing");
  const Compression compression = sniff(*file_.open_member(member));
  // An uncompressed layer is what its DiffID says, or reading it will fail.
  const Digest digest =
      compression == Compression::kNone ? diff_id.digest() : digest_of(*file_.open_member(member));
  places_.insert_or_assign(digest, Place{member, "", *size});
  const Descriptor layer{
      .media_type = oci_layer_type(compression), .digest = digest, .size = *size};
  layers_.emplace(member, layer);
  return layer;
}

std::optional<std::uint64_t> DockerArchive::size(const Digest& digest) const {
  const auto found = places_.find(digest);
  if (found == places_.end()) return std::nullopt;
  return found->second.size;
}

const DockerArchiveImage& DockerArchive::resolve(const std::optional<Reference>& reference) const {
  if (!reference) {
    if (images_.size() == 1) return images_.front();
    if (images_.empty()) throw Error(ErrorCode::kNotFound, "no image in " + file_.path().string());
    throw Error(ErrorCode::kInvalid,
                file_.path().string() + " has " + std::to_string(images_.size()) + " images",
                "name one of " + join(images_));
  }
  const std::string wanted = reference->with_default_tag().to_string();
  for (const auto& image : images_) {
    if (has_name(image, wanted)) return image;
  }
  throw Error(ErrorCode::kNotFound, "no image " + wanted + " in " + file_.path().string(),
              "it has " + join(images_));
}

std::unique_ptr<Source> DockerArchive::do_open(const Descriptor& descriptor) const {
  const auto found = places_.find(descriptor.digest);
  if (found == places_.end()) {
    throw Error(ErrorCode::kNotFound,
                "no blob " + descriptor.digest.to_string() + " in " + file_.path().string());
  }
  const Place& place = found->second;
  if (!place.member.empty()) return file_.open_member(place.member);
  return std::make_unique<BytesSource>(as_bytes(place.text));
}

}  // namespace bale::oci
