// SPDX-License-Identifier: Apache-2.0
#include "oci/checked_json.h"

#include <utility>

#include "oci/error.h"
#include "oci/manifest.h"

namespace bale::oci {

CheckedObject::CheckedObject(const Json& json, std::string document, std::string path,
                             std::vector<Fault>& faults)
    : json_(&json), document_(std::move(document)), path_(std::move(path)), faults_(&faults) {}

std::string CheckedObject::place_of(std::string_view key) const {
  std::string path = path_;
  if (!path.empty() && !key.empty()) path += '.';
  path += key;
  return path.empty() ? document_ : document_ + ": " + path;
}

void CheckedObject::fault(std::string_view key, const std::string& message) const {
  faults_->push_back({place_of(key), message});
}

const Json* CheckedObject::find(std::string_view key, Presence presence) const {
  const auto found = json_->find(std::string(key));
  if (found != json_->end() && !found->is_null()) return &*found;
  if (presence == Presence::kRequired) fault(key, "missing");
  return nullptr;
}

bool CheckedObject::has(std::string_view key) const {
  return find(key, Presence::kOptional) != nullptr;
}

std::optional<std::string> CheckedObject::text(std::string_view key, Presence presence) const {
  const Json* value = find(key, presence);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  fault(key, "expected a string");
  return std::nullopt;
}

std::optional<std::int64_t> CheckedObject::integer(std::string_view key, Presence presence) const {
  const Json* value = find(key, presence);
  if (value == nullptr) return std::nullopt;
  try {
    return JsonObject(*json_, "").optional_integer(key);
  } catch (const Error&) {
    fault(key, "expected an integer of 64 bits");
    return std::nullopt;
  }
}

std::optional<CheckedObject> CheckedObject::object(std::string_view key, Presence presence) const {
  const Json* value = find(key, presence);
  if (value == nullptr) return std::nullopt;
  std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  if (value->is_object()) return CheckedObject(*value, document_, std::move(path), *faults_);
  fault(key, "expected an object");
  return std::nullopt;
}

std::optional<std::vector<CheckedObject>> CheckedObject::objects(std::string_view key,
                                                                 Presence presence) const {
  const Json* value = find(key, presence);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) {
    fault(key, "expected an array");
    return std::nullopt;
  }
  if (value->size() > kMaxDescriptors) {
    fault(key, "more than " + std::to_string(kMaxDescriptors) + " entries");
    return std::nullopt;
  }
  std::vector<CheckedObject> result;
  for (std::size_t i = 0; i < value->size(); ++i) {
    const std::string element = std::string(key) + "[" + std::to_string(i) + "]";
    if (!(*value)[i].is_object()) {
      fault(element, "expected an object");
      continue;
    }
    std::string path = path_.empty() ? element : path_ + "." + element;
    result.emplace_back((*value)[i], document_, std::move(path), *faults_);
  }
  return result;
}

std::vector<std::string> CheckedObject::texts(std::string_view key, Presence presence) const {
  const Json* value = find(key, presence);
  if (value == nullptr) return {};
  if (!value->is_array()) {
    fault(key, "expected an array of strings");
    return {};
  }
  std::vector<std::string> result;
  for (std::size_t i = 0; i < value->size(); ++i) {
    if ((*value)[i].is_string()) {
      result.push_back((*value)[i].get<std::string>());
    } else {
      fault(std::string(key) + "[" + std::to_string(i) + "]", "expected a string");
    }
  }
  return result;
}

void CheckedObject::check_text_map(std::string_view key) const {
  const auto map = object(key, Presence::kOptional);
  if (!map) return;
  for (const auto& [name, value] : map->json().items()) {
    if (name.empty()) map->fault("", "an empty key");
    if (!value.is_string()) map->fault(name, "expected a string");
  }
}

std::vector<std::string> CheckedObject::set_keys(std::string_view key) const {
  const auto set = object(key, Presence::kOptional);
  if (!set) return {};
  std::vector<std::string> keys;
  for (const auto& [name, value] : set->json().items()) {
    if (!value.is_object() || !value.empty()) set->fault(name, "expected an empty object");
    keys.push_back(name);
  }
  return keys;
}

void CheckedObject::check_boolean(std::string_view key) const {
  const Json* value = find(key, Presence::kOptional);
  if (value != nullptr && !value->is_boolean()) fault(key, "expected true or false");
}

}  // namespace bale::oci
