// SPDX-License-Identifier: Apache-2.0
#include "oci/image_config.h"

#include "oci/error.h"
#include "oci/json_object.h"
#include "oci/json_writer.h"
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

void member_unless_zero(JsonWriter& json, std::string_view key, std::int64_t value) {
  if (value != 0) json.member(key, value);
}

/// As Go writes a set: an object of empty objects.
void write_keys(JsonWriter& json, std::string_view key, const std::set<std::string>& keys) {
  if (keys.empty()) return;
  json.object(key, [&] {
    for (const auto& name : keys) json.object(name, [] {});
  });
}

void write_healthcheck(JsonWriter& json, const Healthcheck& check) {
  json.object("Healthcheck", [&] {
    json.member_unless_empty("Test", check.test);
    member_unless_zero(json, "Interval", check.interval);
    member_unless_zero(json, "Timeout", check.timeout);
    member_unless_zero(json, "StartPeriod", check.start_period);
    member_unless_zero(json, "StartInterval", check.start_interval);
    member_unless_zero(json, "Retries", check.retries);
  });
}

void write_runtime(JsonWriter& json, const RuntimeConfig& config) {
  json.object("config", [&] {
    json.member_unless_empty("User", config.user);
    write_keys(json, "ExposedPorts", config.exposed_ports);
    json.member_unless_empty("Env", config.env);
    if (config.entrypoint) json.member("Entrypoint", *config.entrypoint);
    if (config.cmd) json.member("Cmd", *config.cmd);
    if (config.healthcheck) write_healthcheck(json, *config.healthcheck);
    if (config.args_escaped) json.member("ArgsEscaped", true);
    write_keys(json, "Volumes", config.volumes);
    json.member_unless_empty("WorkingDir", config.working_dir);
    json.member_unless_empty("Labels", config.labels);
    json.member_unless_empty("StopSignal", config.stop_signal);
    json.member_unless_empty("OnBuild", config.on_build);
    json.member_unless_empty("Shell", config.shell);
  });
}

void write_line(JsonWriter& json, const History& line) {
  json.object([&] {
    json.member_unless_empty("created", line.created);
    json.member_unless_empty("created_by", line.created_by);
    json.member_unless_empty("author", line.author);
    json.member_unless_empty("comment", line.comment);
    if (line.empty_layer) json.member("empty_layer", true);
  });
}

void write_rootfs(JsonWriter& json, const std::vector<DiffId>& diff_ids) {
  json.object("rootfs", [&] {
    json.member("type", "layers");
    json.array("diff_ids", [&] {
      for (const auto& diff_id : diff_ids) json.value(diff_id.to_string());
    });
  });
}

void write_members(JsonWriter& json, const ImageConfig& config) {
  json.member_unless_empty("created", config.created);
  json.member_unless_empty("author", config.author);
  json.member("architecture", config.platform.architecture);
  json.member_unless_empty("variant", config.platform.variant);
  json.member("os", config.platform.os);
  json.member_unless_empty("os.version", config.platform.os_version);
  json.member_unless_empty("os.features", config.platform.os_features);
  write_runtime(json, config.config);
  write_rootfs(json, config.diff_ids);
  if (config.history.empty()) return;
  json.list("history", config.history, write_line);
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
  return json_object([&](JsonWriter& json) { write_members(json, config); });
}

}  // namespace bale::oci
