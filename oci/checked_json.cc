// SPDX-License-Identifier: Apache-2.0
#include "oci/checked_json.h"

#include <utility>

#include "oci/error.h"
#include "oci/manifest.h"

namespace bale::oci {

namespace {

std::string element_of(std::string_view key, std::size_t number) {
  return std::string(key) + "[" + std::to_string(number) + "]";
}

}  // namespace

CheckedObject::CheckedObject(JsonValue json, std::string document, std::string path,
                             std::vector<Fault>& faults)
    : json_(json), document_(std::move(document)), path_(std::move(path)), faults_(&faults) {}

std::string CheckedObject::place_of(std::string_view key) const {
  std::string path = path_;
  if (!path.empty() && !key.empty()) path += '.';
  path += key;
  return path.empty() ? document_ : document_ + ": " + path;
}

void CheckedObject::fault(std::string_view key, const std::string& message) const {
  faults_->push_back({place_of(key), message});
}

std::optional<JsonValue> CheckedObject::find(std::string_view key) const {
  return JsonObject(json_, "").find(key);
}

std::optional<JsonValue> CheckedObject::find(std::string_view key, Presence presence) const {
  auto value = find(key);
  if (!value && presence == Presence::kRequired) fault(key, "missing");
  return value;
}

bool CheckedObject::has(std::string_view key) const { return find(key).has_value(); }

std::optional<std::string> CheckedObject::text(std::string_view key, Presence presence) const {
  const auto value = find(key, presence);
  if (!value) return std::nullopt;
  if (value->is_string()) return std::string(value->text());
  fault(key, "expected a string");
  return std::nullopt;
}

std::optional<std::int64_t> CheckedObject::integer(std::string_view key, Presence presence) const {
  const auto value = find(key, presence);
  if (!value) return std::nullopt;
  if (value->kind() == JsonKind::kInteger) return value->integer();
  fault(key, "expected an integer of 64 bits");
  return std::nullopt;
}

std::optional<CheckedObject> CheckedObject::object(std::string_view key, Presence presence) const {
  const auto value = find(key, presence);
  if (!value) return std::nullopt;
  std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  if (value->is_object()) return CheckedObject(*value, document_, std::move(path), *faults_);
  fault(key, "expected an object");
  return std::nullopt;
}

std::optional<std::vector<CheckedObject>> CheckedObject::objects(std::string_view key,
                                                                 Presence presence) const {
  const auto value = find(key, presence);
  if (!value) return std::nullopt;
  if (!value->is_array()) {
    fault(key, "expected an array");
    return std::nullopt;
  }
  if (value->size() > kMaxDescriptors) {
    fault(key, "more than " + std::to_string(kMaxDescriptors) + " entries");
    return std::nullopt;
  }
  std::vector<CheckedObject> result;
  std::size_t number = 0;
  for (const JsonValue element : value->elements()) {
    const std::string place = element_of(key, number++);
    if (!element.is_object()) {
      fault(place, "expected an object");
      continue;
    }
    std::string path = path_.empty() ? place : path_ + "." + place;
    result.emplace_back(element, document_, std::move(path), *faults_);
  }
  return result;
}

std::vector<std::string> CheckedObject::texts(std::string_view key, Presence presence) const {
  const auto value = find(key, presence);
  if (!value) return {};
  if (!value->is_array()) {
    fault(key, "expected an array of strings");
    return {};
  }
  std::vector<std::string> result;
  std::size_t number = 0;
  for (const JsonValue element : value->elements()) {
    if (element.is_string()) {
      result.emplace_back(element.text());
    } else {
      fault(element_of(key, number), "expected a string");
    }
    ++number;
  }
  return result;
}

void CheckedObject::check_text_map(std::string_view key) const {
  const auto map = object(key, Presence::kOptional);
  if (!map) return;
  for (const auto [name, value] : map->json().members()) {
    if (name.empty()) map->fault("", "an empty key");
    if (!value.is_string()) map->fault(name, "expected a string");
  }
}

std::vector<std::string> CheckedObject::set_keys(std::string_view key) const {
  const auto set = object(key, Presence::kOptional);
  if (!set) return {};
  std::vector<std::string> keys;
  for (const auto [name, value] : set->json().members()) {
    if (!value.is_object() || value.size() > 0) set->fault(name, "expected an empty object");
    keys.emplace_back(name);
  }
  return keys;
}

void CheckedObject::check_boolean(std::string_view key) const {
  const auto value = find(key);
  if (value && !value->is_boolean()) fault(key, "expected true or false");
}

}  // namespace bale::oci
