// SPDX-License-Identifier: Apache-2.0
// The config of an image, edited as the JSON that it is: what other tools keep in it stays.
#include "oci/config_edit.h"

#include <algorithm>

#include "oci/error.h"
#include "oci/json.h"
#include "oci/rfc3339.h"

namespace bale::oci {

namespace {

constexpr std::string_view kWhat = "image config";

/// Members that nothing is left in would only differ from those that never were.
void drop_if_empty(Json& parent, const char* key) {
  if (parent.contains(key) && parent[key].empty()) parent.erase(key);
}

std::string_view name_of(const Json& variable) {
  if (!variable.is_string()) return {};
  const std::string_view text = variable.get_ref<const std::string&>();
  return text.substr(0, text.find('='));
}

void edit_env(Json& runtime, const ConfigEdit& edit) {
  if (edit.env.empty() && edit.unset_env.empty()) return;
  Json& env = member(runtime, "Env", Json::array(), kWhat);
  Json kept = Json::array();
  for (const auto& variable : env) {
    if (!edit.unset_env.contains(std::string(name_of(variable)))) kept.push_back(variable);
  }
  for (const auto& variable : edit.env) {
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const Json& old) {
      return name_of(old) == std::string_view(variable).substr(0, variable.find('='));
    });
    if (same == kept.end()) {
      kept.push_back(variable);
    } else {
      *same = variable;
    }
  }
  env = std::move(kept);
  drop_if_empty(runtime, "Env");
}

void edit_labels(Json& runtime, const ConfigEdit& edit) {
  if (edit.labels.empty() && edit.unset_labels.empty()) return;
  Json& labels = member(runtime, "Labels", Json::object(), kWhat);
  for (const auto& key : edit.unset_labels) labels.erase(key);
  for (const auto& [key, value] : edit.labels) labels[key] = value;
  drop_if_empty(runtime, "Labels");
}

void edit_set(Json& runtime, const char* key, const std::set<std::string>& added,
              const std::set<std::string>& removed) {
  if (added.empty() && removed.empty()) return;
  Json& set = member(runtime, key, Json::object(), kWhat);
  for (const auto& name : removed) set.erase(name);
  for (const auto& name : added) set[name] = Json::object();
  drop_if_empty(runtime, key);
}

/// Text or list; an empty one takes the member away.
template <typename T>
void edit_value(Json& parent, const char* key, const std::optional<T>& value) {
  if (!value) return;
  if (value->empty()) {
    parent.erase(key);
  } else {
    parent[key] = *value;
  }
}

void set_number(Json& check, const char* key, const std::optional<std::int64_t>& value) {
  if (value) check[key] = *value;
}

void edit_healthcheck(Json& runtime, const HealthcheckEdit& edit) {
  constexpr const char* kKey = "Healthcheck";
  if (edit == HealthcheckEdit{}) return;
  if (edit.unset) {
    runtime.erase(kKey);
    return;
  }
  if (edit.test) {
    runtime[kKey] = {{"Test", *edit.test}};
  } else if (!runtime.contains(kKey) || runtime[kKey].is_null()) {
    throw Error(ErrorCode::kInvalid, "the image has no health check to change",
                "give its command too, with --healthcheck");
  }
  Json& check = member(runtime, kKey, Json::object(), kWhat);
  set_number(check, "Interval", edit.interval);
  set_number(check, "Timeout", edit.timeout);
  set_number(check, "StartPeriod", edit.start_period);
  set_number(check, "StartInterval", edit.start_interval);
  set_number(check, "Retries", edit.retries);
}

void edit_runtime(Json& runtime, const ConfigEdit& edit) {
  edit_env(runtime, edit);
  edit_labels(runtime, edit);
  edit_set(runtime, "ExposedPorts", edit.exposed_ports, edit.unset_ports);
  edit_set(runtime, "Volumes", edit.volumes, edit.unset_volumes);
  edit_value(runtime, "Entrypoint", edit.entrypoint);
  edit_value(runtime, "Cmd", edit.cmd);
  edit_value(runtime, "User", edit.user);
  edit_value(runtime, "WorkingDir", edit.working_dir);
  edit_value(runtime, "StopSignal", edit.stop_signal);
  edit_healthcheck(runtime, edit.healthcheck);
}

void set_created(Json& config, std::chrono::sys_seconds time) {
  config["created"] = rfc3339(time);
  if (!config.contains("history")) return;
  for (auto& line : member(config, "history", Json::array(), kWhat)) {
    const auto created = line.find("created");
    if (created == line.end() || !created->is_string()) continue;
    const auto old = parse_rfc3339(created->get_ref<const std::string&>());
    if (old && *old > time) *created = rfc3339(time);
  }
}

void set_platform(Json& config, const Platform& platform) {
  edit_value(config, "os", std::optional(platform.os));
  edit_value(config, "architecture", std::optional(platform.architecture));
  edit_value(config, "variant", std::optional(platform.variant));
  edit_value(config, "os.version", std::optional(platform.os_version));
}

}  // namespace

std::string edited_config(std::string_view text, const ConfigEdit& edit) {
  const Json before = parse_json(text, kWhat);
  if (!before.is_object()) throw Error(ErrorCode::kCorrupt, "image config: expected an object");
  Json config = before;
  Json& runtime = member(config, "config", Json::object(), kWhat);
  edit_runtime(runtime, edit);
  if (runtime.empty() && !before.contains("config")) config.erase("config");
  edit_value(config, "author", edit.author);
  if (edit.platform) set_platform(config, *edit.platform);
  if (edit.created) set_created(config, *edit.created);
  return config == before ? std::string(text) : to_text(config);
}

}  // namespace bale::oci
