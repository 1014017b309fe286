// SPDX-License-Identifier: Apache-2.0
// The config of an image, edited as the JSON that it is: what other tools keep in it stays.
#include <algorithm>

#include "oci/error.h"
#include "oci/image_edit.h"
#include "oci/json.h"

namespace bale::oci {

namespace {

/// The member of that name; made where it is absent or null.
Json& member(Json& parent, const char* key, const Json& empty) {
  Json& value = parent[key];
  if (value.is_null()) value = empty;
  if (value.type() == empty.type()) return value;
  throw Error(ErrorCode::kCorrupt, std::string("image config: ") + key + ": expected an " +
                                       empty.type_name() + ", found " + value.type_name());
}

/// Members that nothing is left in would only differ from those that never were.
void drop_if_empty(Json& parent, const char* key) {
  if (parent.contains(key) && parent[key].empty()) parent.erase(key);
}

std::string_view name_of(const Json& variable) {
  if (!variable.is_string()) return {};
  const std::string_view text = variable.get_ref<const std::string&>();
  return text.substr(0, text.find('='));
}

void edit_env(Json& runtime, const ImageEdit& edit) {
  if (edit.env.empty() && edit.unset_env.empty()) return;
  Json& env = member(runtime, "Env", Json::array());
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

void edit_labels(Json& runtime, const ImageEdit& edit) {
  if (edit.labels.empty() && edit.unset_labels.empty()) return;
  Json& labels = member(runtime, "Labels", Json::object());
  for (const auto& key : edit.unset_labels) labels.erase(key);
  for (const auto& [key, value] : edit.labels) labels[key] = value;
  drop_if_empty(runtime, "Labels");
}

void edit_set(Json& runtime, const char* key, const std::set<std::string>& added,
              const std::set<std::string>& removed) {
  if (added.empty() && removed.empty()) return;
  Json& set = member(runtime, key, Json::object());
  for (const auto& name : removed) set.erase(name);
  for (const auto& name : added) set[name] = Json::object();
  drop_if_empty(runtime, key);
}

/// Text or list; an empty one takes the member away.
template <typename T>
void edit_value(Json& runtime, const char* key, const std::optional<T>& value) {
  if (!value) return;
  if (value->empty()) {
    runtime.erase(key);
  } else {
    runtime[key] = *value;
  }
}

void append_layers(Json& config, const ImageEdit& edit) {
  if (edit.append.empty()) return;
  Json& diff_ids = member(member(config, "rootfs", Json::object()), "diff_ids", Json::array());
  // A history that tells of some layers only is worse than none.
  const bool told = diff_ids.empty() || (config.contains("history") && !config["history"].empty());
  for (const auto& layer : edit.append) {
    diff_ids.push_back(layer.diff_id.to_string());
    if (told)
      member(config, "history", Json::array()).push_back({{"created_by", "bale mutate --append"}});
  }
}

}  // namespace

std::string edited_config(std::string_view text, const ImageEdit& edit) {
  const Json before = parse_json(text, "image config");
  if (!before.is_object()) throw Error(ErrorCode::kCorrupt, "image config: expected an object");
  Json config = before;
  Json& runtime = member(config, "config", Json::object());
  edit_env(runtime, edit);
  edit_labels(runtime, edit);
  edit_set(runtime, "ExposedPorts", edit.exposed_ports, edit.unset_ports);
  edit_set(runtime, "Volumes", edit.volumes, edit.unset_volumes);
  edit_value(runtime, "Entrypoint", edit.entrypoint);
  edit_value(runtime, "Cmd", edit.cmd);
  edit_value(runtime, "User", edit.user);
  edit_value(runtime, "WorkingDir", edit.working_dir);
  edit_value(runtime, "StopSignal", edit.stop_signal);
  if (runtime.empty() && !before.contains("config")) config.erase("config");
  append_layers(config, edit);
  if (config == before) return std::string(text);
  return config.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bale::oci
