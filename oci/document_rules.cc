// SPDX-License-Identifier: Apache-2.0
#include "oci/document_rules.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "oci/base64.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/manifest.h"
#include "oci/rfc3339.h"

namespace bale::oci {

namespace {

std::string check_media_type(const CheckedObject& object, std::string_view key, Presence presence) {
  const auto type = object.text(key, presence);
  const bool fits = !type || MediaType(*type).is_well_formed();
  if (!fits) object.fault(key, "not a media type: \"" + *type + "\"");
  return type.value_or("");
}

/// image-spec, annotations.md: texts, and the one of a defined key that has a form of its own.
void check_annotations(const CheckedObject& object) {
  constexpr std::string_view kCreated = "org.opencontainers.image.created";
  object.check_text_map("annotations");
  const auto annotations = object.find("annotations");
  if (!annotations || !annotations->is_object()) return;
  for (const auto [key, value] : annotations->members()) {
    if (key != kCreated || !value.is_string() || value.text().empty()) continue;
    if (parse_rfc3339(value.text())) continue;
    object.fault("annotations." + std::string(key),
                 "not a time of RFC 3339: \"" + std::string(value.text()) + "\"");
  }
}

void check_known_platform(const CheckedObject& object, const Platform& platform) {
  if (platform.is_unknown()) return;
  try {
    const std::string text = platform.os + "/" + platform.architecture;
    const Platform known = Platform::parse(text);
    if (known.os == platform.os && known.architecture == platform.architecture) return;
    object.fault("", "\"" + text + "\" is written " + known.to_string());
  } catch (const Error& error) {
    const std::string hint = error.hint().empty() ? "" : " (" + error.hint() + ")";
    object.fault("", error.what() + hint);
  }
}

std::optional<Platform> check_platform(const CheckedObject& object) {
  Platform platform;
  const auto os = object.text("os", Presence::kRequired);
  const auto architecture = object.text("architecture", Presence::kRequired);
  platform.variant = object.text("variant", Presence::kOptional).value_or("");
  platform.os_version = object.text("os.version", Presence::kOptional).value_or("");
  platform.os_features = object.texts("os.features", Presence::kOptional);
  if (!os || !architecture) return std::nullopt;
  platform.os = *os;
  platform.architecture = *architecture;
  check_known_platform(object, platform);
  return platform;
}

void check_urls(const CheckedObject& object) {
  for (const auto& url : object.texts("urls", Presence::kOptional)) {
    if (url.find("://") == std::string::npos) object.fault("urls", "not an absolute URI: " + url);
  }
}

void check_data(const CheckedObject& object, const Descriptor& descriptor) {
  const auto text = object.text("data", Presence::kOptional);
  if (!text) return;
  const auto data = decode_base64(*text);
  if (!data) return object.fault("data", "not base64");
  if (data->size() != descriptor.size) {
    object.fault("data", "has " + std::to_string(data->size()) + " bytes, not the " +
                             std::to_string(descriptor.size) + " of size");
  } else if (Digest::of(as_bytes(*data), descriptor.digest.algorithm()) != descriptor.digest) {
    object.fault("data", "is not what digest says");
  }
}

void check_empty_descriptor(const CheckedObject& object, const Descriptor& descriptor) {
  if (descriptor.media_type != media_type::kOciEmpty) return;
  if (descriptor.digest != Digest::of(as_bytes("{}"), descriptor.digest.algorithm())) {
    object.fault("digest", "an empty descriptor points at the two bytes {}");
  }
}

/// Fields that only another kind of document has, also in another case: some readers ignore case.
void check_foreign_keys(const CheckedObject& object, std::initializer_list<std::string_view> own,
                        std::initializer_list<std::string_view> foreign) {
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return text;
  };
  for (const auto [name_here, value] : object.json().members()) {
    const std::string key(name_here);
    for (const auto name : foreign) {
      if (lower(key) == lower(std::string(name))) {
        object.fault(key, "does not belong in this kind of document");
      }
    }
    for (const auto name : own) {
      if (key != name && lower(key) == lower(std::string(name))) {
        object.fault(key, "is \"" + std::string(name) + "\" in another case");
      }
    }
  }
}

void check_head(const CheckedObject& document, const MediaType& expected) {
  const auto version = document.integer("schemaVersion", Presence::kRequired);
  if (version && *version != 2) document.fault("schemaVersion", "must be 2");
  const std::string type = check_media_type(document, "mediaType", Presence::kOptional);
  if (!type.empty() && !expected.empty() && type != expected.to_string()) {
    document.fault("mediaType", "is " + type + ", but the descriptor says " + expected.to_string());
  }
  const bool docker = (type.empty() ? expected : MediaType(type)).is_docker();
  if (docker && type.empty())
    document.fault("mediaType", "missing, which Docker's format requires");
  check_media_type(document, "artifactType", Presence::kOptional);
  check_annotations(document);
  if (const auto subject = document.object("subject", Presence::kOptional)) {
    check_descriptor(*subject);
  }
}

std::vector<Link> check_descriptors(const std::vector<CheckedObject>& objects) {
  std::vector<Link> links;
  for (const auto& object : objects) {
    if (auto link = check_descriptor(object)) links.push_back(*std::move(link));
  }
  return links;
}

/// An attestation without the manifest that it speaks of is what a careless subset leaves.
void check_attestations(const CheckedObject& index, const std::vector<Link>& entries) {
  std::set<Digest> present;
  for (const auto& entry : entries) present.insert(entry.descriptor.digest);
  for (const auto& entry : entries) {
    if (!is_attestation(entry.descriptor)) continue;
    const auto subject = attested_digest(entry.descriptor);
    if (!subject || !present.contains(*subject)) {
      index.fault("manifests", entry.descriptor.digest.to_string() +
                                   " attests an image that is not in the index");
    }
  }
}

}  // namespace

std::optional<Link> check_descriptor(const CheckedObject& object) {
  const std::string type = check_media_type(object, "mediaType", Presence::kRequired);
  const auto digest_text = object.text("digest", Presence::kRequired);
  const auto digest = Digest::try_parse(digest_text.value_or(""));
  if (digest_text && !digest) object.fault("digest", "not a digest: \"" + *digest_text + "\"");
  const auto size = object.integer("size", Presence::kRequired);
  if (size && *size < 0) object.fault("size", "negative");
  check_urls(object);
  check_annotations(object);
  check_media_type(object, "artifactType", Presence::kOptional);
  std::optional<Platform> platform;
  if (const auto value = object.object("platform", Presence::kOptional)) {
    platform = check_platform(*value);
  }
  if (!digest || !size || *size < 0) return std::nullopt;
  Descriptor descriptor{
      .media_type = type, .digest = *digest, .size = static_cast<std::uint64_t>(*size)};
  descriptor.platform = std::move(platform);
  check_data(object, descriptor);
  check_empty_descriptor(object, descriptor);
  try {
    // The rest of it, as far as all of it can be read.
    descriptor = parse_descriptor(JsonObject(object.json(), ""));
  } catch (const Error&) {  // its faults were noted above
  }
  descriptor.data.reset();
  return Link{std::move(descriptor), object.place_of("")};
}

std::vector<Link> check_index(const CheckedObject& index, const MediaType& expected) {
  check_foreign_keys(index, {"schemaVersion", "mediaType", "manifests", "subject", "annotations"},
                     {"config", "layers", "fsLayers"});
  check_head(index, expected);
  const auto entries = index.objects("manifests", Presence::kRequired);
  if (!entries) return {};
  auto links = check_descriptors(*entries);
  check_attestations(index, links);
  return links;
}

ManifestLinks check_manifest(const CheckedObject& manifest, const MediaType& expected) {
  check_foreign_keys(manifest,
                     {"schemaVersion", "mediaType", "config", "layers", "subject", "annotations"},
                     {"manifests", "fsLayers"});
  check_head(manifest, expected);
  ManifestLinks links;
  if (const auto config = manifest.object("config", Presence::kRequired)) {
    links.config = check_descriptor(*config);
  }
  if (const auto layers = manifest.objects("layers", Presence::kRequired)) {
    links.layers = check_descriptors(*layers);
    links.layer_count = manifest.find("layers")->size();
  }
  if (!links.config) return links;
  const MediaType& config_type = links.config->descriptor.media_type;
  if (config_type == media_type::kOciEmpty && !manifest.has("artifactType")) {
    manifest.fault("artifactType", "missing, which an empty config requires");
  }
  if (expected.is_docker() && config_type == media_type::kOciConfig) {
    manifest.fault("config.mediaType", "an OCI config in a Docker manifest");
  }
  return links;
}

}  // namespace bale::oci
