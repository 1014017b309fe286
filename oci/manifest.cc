// SPDX-License-Identifier: Apache-2.0
#include "oci/manifest.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "oci/error.h"
#include "oci/json_object.h"
#include "oci/json_writer.h"

namespace bale::oci {

namespace {

constexpr const char* kReferenceType = "vnd.docker.reference.type";

/// A document with the marks of both kinds means one thing to one reader and another to the next
/// (CVE-2021-41190); and some readers do not see the case of a key.
void refuse_other_kind(const JsonObject& object, std::initializer_list<const char*> foreign,
                       std::string_view kind) {
  object.refuse_lookalikes({"schemaVersion", "mediaType", "artifactType", "config", "layers",
                            "manifests", "fsLayers", "subject"});
  for (const char* key : foreign) {
    if (object.has(key)) object.fail(key, "does not belong in " + std::string(kind));
  }
}

void check_schema_version(const JsonObject& object) {
  if (object.optional_integer("schemaVersion") != 2) object.fail("schemaVersion", "must be 2");
}

std::optional<Descriptor> parse_subject(const JsonObject& object) {
  const auto subject = object.optional_object("subject");
  if (!subject) return std::nullopt;
  return parse_descriptor(*subject);
}

std::vector<Descriptor> parse_descriptors(const JsonObject& object, std::string_view key) {
  const auto entries = object.objects(key, kMaxDescriptors);
  std::vector<Descriptor> descriptors;
  descriptors.reserve(entries.size());
  for (const auto& entry : entries) {
    descriptors.push_back(parse_descriptor(entry));
  }
  return descriptors;
}

void write_descriptors(JsonWriter& json, std::string_view key,
                       const std::vector<Descriptor>& descriptors) {
  json.array(key, [&] {
    for (const auto& descriptor : descriptors) json.value(descriptor);
  });
}

/// `write_content(json)` writes what differs between the two kinds.
template <typename Document, typename Body>
std::string document_text(const Document& document, const Body& write_content) {
  return json_object([&](JsonWriter& json) {
    json.member("schemaVersion", 2);
    json.member_unless_empty("mediaType", document.media_type.to_string());
    json.member_unless_empty("artifactType", document.artifact_type);
    write_content(json);
    if (document.subject) json.member("subject", *document.subject);
    json.member_unless_empty("annotations", document.annotations);
  });
}

auto canonical_key(const Descriptor& entry) {
  const Platform platform = entry.platform.value_or(Platform{});
  return std::tuple(is_attestation(entry), platform.os, platform.architecture, platform.variant,
                    platform.os_version, entry.digest.to_string());
}

}  // namespace

bool is_attestation(const Descriptor& entry) {
  const auto type = entry.annotations.find(kReferenceType);
  return type != entry.annotations.end() && type->second == "attestation-manifest";
}

std::vector<Descriptor> canonical_order(std::vector<Descriptor> entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Descriptor& a, const Descriptor& b) {
    return canonical_key(a) < canonical_key(b);
  });
  const auto same = [](const Descriptor& a, const Descriptor& b) {
    return a.digest == b.digest && a.platform == b.platform;
  };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  return entries;
}

Manifest parse_manifest(std::string_view text) {
  const JsonDocument document(text, "manifest");
  const JsonObject object(document);
  refuse_other_kind(object, {"manifests", "fsLayers"}, "an image manifest");
  check_schema_version(object);
  const auto config = object.optional_object("config");
  if (!config) object.fail("config", "missing");
  if (!object.has("layers")) object.fail("layers", "missing");
  Manifest manifest{.media_type = object.string_or_empty("mediaType"),
                    .artifact_type = object.string_or_empty("artifactType"),
                    .config = parse_descriptor(*config)};
  manifest.layers = parse_descriptors(object, "layers");
  manifest.subject = parse_subject(object);
  manifest.annotations = object.string_map("annotations");
  return manifest;
}

Index parse_index(std::string_view text) {
  const JsonDocument document(text, "index");
  const JsonObject object(document);
  refuse_other_kind(object, {"config", "layers", "fsLayers"}, "an image index");
  check_schema_version(object);
  if (!object.has("manifests")) object.fail("manifests", "missing");
  Index index{.media_type = object.string_or_empty("mediaType"),
              .artifact_type = object.string_or_empty("artifactType")};
  index.manifests = parse_descriptors(object, "manifests");
  index.subject = parse_subject(object);
  index.annotations = object.string_map("annotations");
  return index;
}

std::string to_json(const Manifest& manifest) {
  return document_text(manifest, [&](JsonWriter& json) {
    json.member("config", manifest.config);
    write_descriptors(json, "layers", manifest.layers);
  });
}

std::string to_json(const Index& index) {
  return document_text(
      index, [&](JsonWriter& json) { write_descriptors(json, "manifests", index.manifests); });
}

}  // namespace bale::oci
