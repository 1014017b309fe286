// SPDX-License-Identifier: Apache-2.0
#include "oci/image.h"

#include <algorithm>
#include <set>
#include <string>

#include "oci/error.h"
#include "oci/image_walk.h"

namespace bale::oci {

namespace {

constexpr const char* kReferenceDigest = "vnd.docker.reference.digest";

std::string platform_names(const std::vector<Descriptor>& entries) {
  constexpr std::size_t kShown = 12;
  std::string text;
  std::size_t count = 0;
  for (const auto& entry : entries) {
    if (is_attestation(entry) || !entry.platform) continue;
    if (++count > kShown) return text + ", ...";
    text += (count == 1 ? "" : ", ") + entry.platform->to_string();
  }
  return text.empty() ? "no platform at all" : text;
}

[[noreturn]] void throw_no_platform(const std::string& wanted,
                                    const std::vector<Descriptor>& entries) {
  throw Error(ErrorCode::kNotFound, "no image for " + wanted,
              "there is " + platform_names(entries));
}

const Descriptor* find_platform(const std::vector<Descriptor>& entries, const Platform& wanted) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Descriptor& entry) {
    return !is_attestation(entry) && entry.platform && matches(*entry.platform, wanted);
  });
  return found == entries.end() ? nullptr : &*found;
}

bool wanted_by_any(const Descriptor& entry, const std::vector<Platform>& platforms) {
  return entry.platform && std::any_of(platforms.begin(), platforms.end(),
                                       [&](const auto& p) { return matches(*entry.platform, p); });
}

/// Opens each index once: where every level names the next a thousand times, there is no end
/// otherwise.
void collect_platforms(const BlobProvider& blobs, const Descriptor& root, std::size_t depth,
                       std::set<Digest>& opened, std::vector<Descriptor>& found) {
  if (is_attestation(root)) return;
  if (root.media_type.is_index()) {
    if (!opened.insert(root.digest).second) return;
    if (depth >= kMaxIndexDepth) {
      throw Error(ErrorCode::kCorrupt, root.digest.to_string() + ": indexes nested deeper than " +
                                           std::to_string(kMaxIndexDepth));
    }
    for (const auto& entry : read_index(blobs, root).value.manifests) {
      collect_platforms(blobs, entry, depth + 1, opened, found);
    }
  } else if (root.media_type.is_manifest()) {
    Descriptor entry = root;
    if (!entry.platform) {
      const Manifest manifest = read_manifest(blobs, root).value;
      if (!manifest.config.media_type.is_image_config()) return;
      entry.platform = read_image_config(blobs, manifest.config).value.platform;
    }
    if (found.size() >= kMaxDescriptors) {
      throw Error(ErrorCode::kCorrupt,
                  "more than " + std::to_string(kMaxDescriptors) + " platforms under one image");
    }
    found.push_back(std::move(entry));
  }
}

}  // namespace

Image read_image(const BlobProvider& blobs, const Descriptor& descriptor) {
  auto manifest = read_manifest(blobs, descriptor);
  const Descriptor& config = manifest.value.config;
  if (!config.media_type.is_image_config()) {
    throw Error(ErrorCode::kInvalid, descriptor.digest.to_string() +
                                         " is not an image: its config is " +
                                         config.media_type.to_string());
  }
  auto config_document = read_image_config(blobs, config);
  return {std::move(manifest), std::move(config_document)};
}

bool matches(const Platform& have, const Platform& wanted) {
  const Platform a = normalized(have);
  const Platform b = normalized(wanted);
  return a.os == b.os && a.architecture == b.architecture && a.variant == b.variant &&
         (b.os_version.empty() || a.os_version == b.os_version);
}

Descriptor select_platform(const Index& index, const Platform& platform) {
  const Descriptor* found = find_platform(index.manifests, platform);
  if (found == nullptr) throw_no_platform(platform.to_string(), index.manifests);
  return *found;
}

Index select_platforms(const Index& index, const std::vector<Platform>& platforms) {
  for (const auto& platform : platforms) select_platform(index, platform);
  std::set<Digest> kept;
  for (const auto& entry : index.manifests) {
    if (!is_attestation(entry) && wanted_by_any(entry, platforms)) kept.insert(entry.digest);
  }
  Index smaller = index;
  std::erase_if(smaller.manifests, [&](const Descriptor& entry) {
    if (!is_attestation(entry)) return !wanted_by_any(entry, platforms);
    const auto subject = attested_digest(entry);
    return !subject || !kept.contains(*subject);
  });
  return smaller;
}

std::optional<Digest> attested_digest(const Descriptor& entry) {
  const auto found = entry.annotations.find(kReferenceDigest);
  if (found == entry.annotations.end()) return std::nullopt;
  return Digest::try_parse(found->second);
}

std::vector<Descriptor> list_platforms(const BlobProvider& blobs, const Descriptor& root) {
  std::vector<Descriptor> found;
  std::set<Digest> opened;
  collect_platforms(blobs, root, 0, opened, found);
  std::set<std::pair<Digest, Platform>> seen;
  std::erase_if(found, [&](const Descriptor& entry) {
    return !seen.emplace(entry.digest, *entry.platform).second;
  });
  return found;
}

Descriptor select_image(const BlobProvider& blobs, const Descriptor& root,
                        const std::optional<Platform>& platform) {
  if (root.media_type.is_manifest() && !platform) return root;
  const auto entries = list_platforms(blobs, root);
  if (const Descriptor* found = find_platform(entries, platform.value_or(Platform::host()))) {
    return *found;
  }
  if (platform) throw_no_platform(platform->to_string(), entries);
  if (entries.size() == 1) return entries.front();
  if (entries.empty()) throw_no_platform(Platform::host().to_string(), entries);
  throw Error(ErrorCode::kInvalid, "no image for this machine, " + Platform::host().to_string(),
              "name one with --platform: " + platform_names(entries));
}

}  // namespace bale::oci
