// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/inspect.h"
#include "oci/json_writer.h"

namespace bale::oci {

namespace {

constexpr int kVersion = 1;

std::string_view name_of(ManifestKind kind) {
  switch (kind) {
    case ManifestKind::kImage:
      return "image";
    case ManifestKind::kAttestation:
      return "attestation";
    case ManifestKind::kArtifact:
      return "artifact";
    case ManifestKind::kIndex:
      return "index";
    case ManifestKind::kOther:
      return "other";
    case ManifestKind::kMissing:
      return "missing";
  }
  return "";
}

template <typename Value>
void member_if_known(JsonWriter& json, std::string_view key, const std::optional<Value>& value) {
  if (value) json.member(key, *value);
}

void write_layer(JsonWriter& json, const LayerReport& layer) {
  json.object([&] {
    json.members_of(layer.descriptor);
    if (layer.diff_id) json.member("diffID", layer.diff_id->to_string());
    member_if_known(json, "uncompressedSize", layer.uncompressed_size);
    json.member_unless_empty("created", layer.created);
    json.member_unless_empty("createdBy", layer.created_by);
    json.member("platforms", layer.platforms);
  });
}

void write_members(JsonWriter& json, const RuntimeConfig& config) {
  json.member_unless_empty("user", config.user);
  json.member_unless_empty("exposedPorts", config.exposed_ports);
  json.member_unless_empty("env", config.env);
  member_if_known(json, "entrypoint", config.entrypoint);
  member_if_known(json, "cmd", config.cmd);
  json.member_unless_empty("volumes", config.volumes);
  json.member_unless_empty("workingDir", config.working_dir);
  json.member_unless_empty("labels", config.labels);
  json.member_unless_empty("stopSignal", config.stop_signal);
  if (config.healthcheck) json.member("healthcheck", config.healthcheck->test);
}

void write_config(JsonWriter& json, const Descriptor& descriptor, const ImageConfig* config) {
  json.object("config", [&] {
    json.members_of(descriptor);
    if (config == nullptr) return;
    json.member_unless_empty("created", config->created);
    json.member_unless_empty("author", config->author);
    write_members(json, config->config);
  });
}

void write_line(JsonWriter& json, const History& line) {
  json.object([&] {
    json.member_unless_empty("created", line.created);
    json.member_unless_empty("createdBy", line.created_by);
    json.member_unless_empty("comment", line.comment);
    if (line.empty_layer) json.member("emptyLayer", true);
  });
}

/// Of a manifest that has one: of what it is made.
void write_content(JsonWriter& json, const ManifestReport& manifest) {
  write_config(json, *manifest.config_descriptor, manifest.config.get());
  json.list("layers", manifest.layers, write_layer);
  if (manifest.config) json.list("history", manifest.config->history, write_line);
  json.member("compressedSize", manifest.compressed_size);
  member_if_known(json, "uncompressedSize", manifest.uncompressed_size);
}

void write_manifest(JsonWriter& json, const ManifestReport& manifest) {
  json.object([&] {
    json.members_of(manifest.descriptor);
    json.member("kind", name_of(manifest.kind));
    json.member_unless_empty("manifestAnnotations", manifest.annotations);
    if (manifest.attests) json.member("attests", manifest.attests->to_string());
    json.member_unless_empty("predicates", manifest.predicates);
    member_if_known(json, "subject", manifest.subject);
    if (manifest.config_descriptor) write_content(json, manifest);
  });
}

void write_head(JsonWriter& json, const ImageReport& report) {
  json.member("version", kVersion);
  json.member_unless_empty("name", report.name);
  json.member("mediaType", report.root.media_type.to_string());
  json.member("digest", report.root.digest.to_string());
  json.member("size", report.root.size);
  json.member_unless_empty("created", report.created);
  json.member_unless_empty("annotations", report.annotations);
  member_if_known(json, "subject", report.subject);
}

void write_totals(JsonWriter& json, const ImageReport& report) {
  json.object("totals", [&] {
    json.member("platforms", report.platforms);
    json.member("compressedSize", report.compressed_size);
    json.member("sharedSize", report.shared_size);
    json.member("uniqueSize", report.unique_size);
  });
}

template <typename Body>
JsonWriter indented_object(const Body& write_members) {
  JsonWriter json(JsonWriter::Style::kIndented);
  json.object([&] { write_members(json); });
  return json;
}

/// The members of an object that has some, without its braces: `\n  "a": 1,\n  "b": 2`.
std::string_view members_in(const JsonWriter& object) {
  std::string_view text = object.text();
  text.remove_prefix(std::string_view("{").size());
  text.remove_suffix(std::string_view("\n}").size());
  return text;
}

/// The elements of the array that is an object's one member, without its brackets.
std::string_view elements_in(const JsonWriter& object) {
  std::string_view text = members_in(object);
  text.remove_prefix(text.find('[') + 1);
  text.remove_suffix(std::string_view("\n  ]").size());
  return text;
}

}  // namespace

void write_json(const ImageReport& report, const std::function<void(std::string_view)>& write_text,
                ThreadPool* pool) {
  constexpr std::size_t kPiece = 256;
  const std::span manifests(report.manifests);
  std::vector<JsonWriter> pieces((manifests.size() + kPiece - 1) / kPiece);
  in_pieces(pool, manifests.size(), kPiece, [&](std::size_t begin, std::size_t end) {
    pieces[begin / kPiece] = indented_object([&](JsonWriter& json) {
      json.list("manifests", manifests.subspan(begin, end - begin), write_manifest);
    });
  });
  write_text("{");
  write_text(members_in(indented_object([&](JsonWriter& json) { write_head(json, report); })));
  write_text(",\n  \"manifests\": [");
  const char* separator = "";
  for (const JsonWriter& piece : pieces) {
    if (piece.text().empty()) continue;  // without a pool the first is all
    write_text(separator);
    write_text(elements_in(piece));
    separator = ",";
  }
  write_text(manifests.empty() ? "]," : "\n  ],");
  write_text(members_in(indented_object([&](JsonWriter& json) { write_totals(json, report); })));
  write_text("\n}\n");
}

std::string to_json(const ImageReport& report) {
  std::string json;
  write_json(report, [&](std::string_view piece) { json += piece; });
  return json;
}

}  // namespace bale::oci
