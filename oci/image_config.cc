// SPDX-License-Identifier: Apache-2.0
#include "oci/image_config.h"

#include "oci/error.h"
#include "oci/json.h"
#include "oci/json_object.h"
#include "oci/manifest.h"

namespace bale::oci {

namespace {

using Strings = std::vector<std::string>;

std::optional<Healthcheck> parse_healthcheck(const JsonObject& config) {
  const auto object = config.optional_object("Healthcheck");
  if (!object) return std::nullopt;
  Healthcheck check;
  check.test = object->optional_strings("Test").value_or(Strings{});
  check.interval = object->optional_integer("Interval").value_or(0);
  check.timeout = object->optional_integer("Timeout").value_or(0);
  check.start_period = object->optional_integer("StartPeriod").value_or(0);
  check.start_interval = object->optional_integer("StartInterval").value_or(0);
  check.retries = object->optional_integer("Retries").value_or(0);
  return check;
}

std::set<std::string> as_set(Strings keys) { return {keys.begin(), keys.end()}; }

RuntimeConfig parse_runtime_config(const JsonObject& object) {
  RuntimeConfig config;
  config.user = object.string_or_empty("User");
  config.exposed_ports = as_set(object.keys_of("ExposedPorts"));
  config.env = object.optional_strings("Env").value_or(Strings{});
  config.entrypoint = object.optional_strings("Entrypoint");
  config.cmd = object.optional_strings("Cmd");
  config.volumes = as_set(object.keys_of("Volumes"));
  config.working_dir = object.string_or_empty("WorkingDir");
  config.labels = object.string_map("Labels");
  config.stop_signal = object.string_or_empty("StopSignal");
  config.shell = object.optional_strings("Shell").value_or(Strings{});
  config.healthcheck = parse_healthcheck(object);
  config.on_build = object.optional_strings("OnBuild").value_or(Strings{});
  config.args_escaped = object.bool_or_false("ArgsEscaped");
  return config;
}

History parse_history(const JsonObject& object) {
  History history;
  history.created = object.string_or_empty("created");
  history.created_by = object.string_or_empty("created_by");
  history.author = object.string_or_empty("author");
  history.comment = object.string_or_empty("comment");
  history.empty_layer = object.bool_or_false("empty_layer");
  return history;
}

std::vector<DiffId> parse_rootfs(const JsonObject& object) {
  const auto rootfs = object.optional_object("rootfs");
  if (!rootfs) object.fail("rootfs", "missing");
  if (rootfs->required_text("type") != "layers") rootfs->fail("type", "must be \"layers\"");
  const Strings texts = rootfs->optional_strings("diff_ids").value_or(Strings{});
  if (texts.size() > kMaxDescriptors) rootfs->fail("diff_ids", "too many");
  std::vector<DiffId> diff_ids;
  diff_ids.reserve(texts.size());
  for (const auto& text : texts) {
    auto digest = Digest::try_parse(text);
    if (!digest) rootfs->fail("diff_ids", "not a digest: " + text.substr(0, 80));
    diff_ids.emplace_back(*std::move(digest));
  }
  return diff_ids;
}

void set_text(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

void set_list(Json& json, const char* key, const Strings& values) {
  if (!values.empty()) json[key] = values;
}

void set_number(Json& json, const char* key, std::int64_t value) {
  if (value != 0) json[key] = value;
}

void set_keys(Json& json, const char* key, const std::set<std::string>& keys) {
  for (const auto& name : keys) json[key][name] = Json::object();
}

Json to_json_value(const Healthcheck& check) {
  Json json = Json::object();
  set_list(json, "Test", check.test);
  set_number(json, "Interval", check.interval);
  set_number(json, "Timeout", check.timeout);
  set_number(json, "StartPeriod", check.start_period);
  set_number(json, "StartInterval", check.start_interval);
  set_number(json, "Retries", check.retries);
  return json;
}

Json to_json_value(const RuntimeConfig& config) {
  Json json = Json::object();
  set_text(json, "User", config.user);
  set_keys(json, "ExposedPorts", config.exposed_ports);
  set_list(json, "Env", config.env);
  if (config.entrypoint) json["Entrypoint"] = *config.entrypoint;
  if (config.cmd) json["Cmd"] = *config.cmd;
  if (config.healthcheck) json["Healthcheck"] = to_json_value(*config.healthcheck);
  if (config.args_escaped) json["ArgsEscaped"] = true;
  set_keys(json, "Volumes", config.volumes);
  set_text(json, "WorkingDir", config.working_dir);
  if (!config.labels.empty()) json["Labels"] = config.labels;
  set_text(json, "StopSignal", config.stop_signal);
  set_list(json, "OnBuild", config.on_build);
  set_list(json, "Shell", config.shell);
  return json;
}

Json to_json_value(const History& history) {
  Json json = Json::object();
  set_text(json, "created", history.created);
  set_text(json, "created_by", history.created_by);
  set_text(json, "author", history.author);
  set_text(json, "comment", history.comment);
  if (history.empty_layer) json["empty_layer"] = true;
  return json;
}

}  // namespace

ImageConfig parse_image_config(std::string_view text) {
  const JsonDocument document(text, "image config");
  const JsonObject object(document);
  ImageConfig config;
  config.created = object.string_or_empty("created");
  config.author = object.string_or_empty("author");
  config.platform.os = object.required_string("os");
  config.platform.architecture = object.required_string("architecture");
  config.platform.variant = object.string_or_empty("variant");
  config.platform.os_version = object.string_or_empty("os.version");
  config.platform.os_features = object.optional_strings("os.features").value_or(Strings{});
  if (const auto runtime = object.optional_object("config")) {
    config.config = parse_runtime_config(*runtime);
  }
  config.diff_ids = parse_rootfs(object);
  for (const auto& line : object.objects("history", kMaxDescriptors)) {
    config.history.push_back(parse_history(line));
  }
  return config;
}

std::string to_json(const ImageConfig& config) {
  Json json;
  set_text(json, "created", config.created);
  set_text(json, "author", config.author);
  json["architecture"] = config.platform.architecture;
  set_text(json, "variant", config.platform.variant);
  json["os"] = config.platform.os;
  set_text(json, "os.version", config.platform.os_version);
  set_list(json, "os.features", config.platform.os_features);
  json["config"] = to_json_value(config.config);
  Json diff_ids = Json::array();
  for (const auto& diff_id : config.diff_ids) diff_ids.push_back(diff_id.to_string());
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}};
  for (const auto& line : config.history) json["history"].push_back(to_json_value(line));
  // Labels and arguments may hold any bytes; what is not UTF-8 cannot stand in JSON.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bale::oci
