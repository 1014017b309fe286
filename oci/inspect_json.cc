// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/inspect.h"
#include "oci/json.h"

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

void set_text(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

template <typename List>
void set_list(Json& json, const char* key, const List& values) {
  if (!values.empty()) json[key] = values;
}

void set_size(Json& json, const char* key, const std::optional<std::uint64_t>& size) {
  if (size) json[key] = *size;
}

Json layer_json(const LayerReport& layer) {
  Json json = to_json_value(layer.descriptor);
  if (layer.diff_id) json["diffID"] = layer.diff_id->to_string();
  set_size(json, "uncompressedSize", layer.uncompressed_size);
  set_text(json, "created", layer.created);
  set_text(json, "createdBy", layer.created_by);
  json["platforms"] = layer.platforms;
  return json;
}

Json runtime_json(const RuntimeConfig& config) {
  Json json = Json::object();
  set_text(json, "user", config.user);
  set_list(json, "exposedPorts", config.exposed_ports);
  set_list(json, "env", config.env);
  if (config.entrypoint) json["entrypoint"] = *config.entrypoint;
  if (config.cmd) json["cmd"] = *config.cmd;
  set_list(json, "volumes", config.volumes);
  set_text(json, "workingDir", config.working_dir);
  set_list(json, "labels", config.labels);
  set_text(json, "stopSignal", config.stop_signal);
  if (config.healthcheck) json["healthcheck"] = config.healthcheck->test;
  return json;
}

Json config_json(const Descriptor& descriptor, const ImageConfig* config) {
  Json json = to_json_value(descriptor);
  if (!config) return json;
  set_text(json, "created", config->created);
  set_text(json, "author", config->author);
  json.update(runtime_json(config->config));
  return json;
}

Json history_json(const ImageConfig& config) {
  Json history = Json::array();
  for (const auto& line : config.history) {
    Json json = Json::object();
    set_text(json, "created", line.created);
    set_text(json, "createdBy", line.created_by);
    set_text(json, "comment", line.comment);
    if (line.empty_layer) json["emptyLayer"] = true;
    history.push_back(std::move(json));
  }
  return history;
}

Json manifest_json(const ManifestReport& manifest) {
  Json json = to_json_value(manifest.descriptor);
  json["kind"] = name_of(manifest.kind);
  set_text(json, "artifactType", manifest.artifact_type);
  set_list(json, "manifestAnnotations", manifest.annotations);
  if (manifest.attests) json["attests"] = manifest.attests->to_string();
  set_list(json, "predicates", manifest.predicates);
  if (manifest.subject) json["subject"] = to_json_value(*manifest.subject);
  if (!manifest.config_descriptor) return json;
  json["config"] = config_json(*manifest.config_descriptor, manifest.config.get());
  json["layers"] = Json::array();
  for (const auto& layer : manifest.layers) json["layers"].push_back(layer_json(layer));
  if (manifest.config) json["history"] = history_json(*manifest.config);
  json["compressedSize"] = manifest.compressed_size;
  set_size(json, "uncompressedSize", manifest.uncompressed_size);
  return json;
}

Json head_json(const ImageReport& report) {
  Json json;
  json["version"] = kVersion;
  set_text(json, "name", report.name);
  json["mediaType"] = report.root.media_type.to_string();
  json["digest"] = report.root.digest.to_string();
  json["size"] = report.root.size;
  set_text(json, "created", report.created);
  set_list(json, "annotations", report.annotations);
  if (report.subject) json["subject"] = to_json_value(*report.subject);
  return json;
}

Json totals_json(const ImageReport& report) {
  return {{"totals",
           {{"platforms", report.platforms},
            {"compressedSize", report.compressed_size},
            {"sharedSize", report.shared_size},
            {"uniqueSize", report.unique_size}}}};
}

/// The text of the members of an object that has some, without its braces: `\n  "a": 1,\n  "b": 2`.
std::string members_of(const Json& object) {
  std::string text = object.dump(2, ' ', false, Json::error_handler_t::replace);
  text.erase(text.size() - std::string_view("\n}").size());
  text.erase(0, std::string_view("{").size());
  return text;
}

/// The text of some elements of `manifests`, one level further in.
std::string elements_of(std::span<const ManifestReport> manifests) {
  Json object;
  for (const auto& manifest : manifests) object["manifests"].push_back(manifest_json(manifest));
  std::string text = members_of(object);
  text.erase(text.size() - std::string_view("\n  ]").size());
  text.erase(0, text.find('[') + 1);
  return text;
}

}  // namespace

void write_json(const ImageReport& report, const std::function<void(std::string_view)>& write,
                ThreadPool* pool) {
  constexpr std::size_t kPiece = 256;
  const std::span manifests(report.manifests);
  std::vector<std::string> pieces((manifests.size() + kPiece - 1) / kPiece);
  in_pieces(pool, manifests.size(), kPiece, [&](std::size_t begin, std::size_t end) {
    pieces[begin / kPiece] = elements_of(manifests.subspan(begin, end - begin));
  });
  write("{" + members_of(head_json(report)) + ",\n  \"manifests\": [");
  const char* separator = "";
  for (const std::string& piece : pieces) {
    if (piece.empty()) continue;  // without a pool the first is all
    write(separator + piece);
    separator = ",";
  }
  write((manifests.empty() ? "]," : "\n  ],") + members_of(totals_json(report)) + "\n}\n");
}

std::string to_json(const ImageReport& report) {
  std::string json;
  write_json(report, [&](std::string_view piece) { json += piece; });
  return json;
}

}  // namespace bale::oci
