// SPDX-License-Identifier: Apache-2.0
#include "oci/json_object.h"

#include <utility>

#include <strings.h>

#include "oci/base64.h"
#include "oci/error.h"

namespace bale::oci {

namespace {

std::string_view name_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kFalse:
    case JsonKind::kTrue:
      return "a boolean";
    case JsonKind::kInteger:
    case JsonKind::kUnsigned:
    case JsonKind::kReal:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "";
}

[[noreturn]] void fail_at(const std::string& path, std::string_view message) {
  throw Error(ErrorCode::kCorrupt,
              (path.empty() ? "document" : path) + ": " + std::string(message));
}

}  // namespace

JsonObject::JsonObject(JsonValue json, std::string path) : json_(json), path_(std::move(path)) {
  if (!json.is_object()) {
    fail_at(path_, "expected an object, found " + std::string(name_of(json.kind())));
  }
}

std::optional<JsonValue> JsonObject::find(std::string_view key) const {
  for (const auto [name, value] : json_.members()) {
    if (name != key) continue;
    if (value.is_null()) break;
    return value;
  }
  return std::nullopt;
}

bool JsonObject::has(std::string_view key) const { return find(key).has_value(); }

std::string JsonObject::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void JsonObject::refuse_lookalikes(std::initializer_list<std::string_view> keys) const {
  for (const auto [name, value] : json_.members()) {
    for (const std::string_view key : keys) {
      if (name.size() == key.size() && name != key &&
          ::strncasecmp(name.data(), key.data(), key.size()) == 0) {
        fail(name, "looks like " + std::string(key) + ", but is another key");
      }
    }
  }
}

void JsonObject::fail(std::string_view key, std::string_view message) const {
  fail_at(path_of(key), message);
}

std::optional<std::string> JsonObject::optional_string(std::string_view key) const {
  const auto value = find(key);
  if (!value) return std::nullopt;
  if (!value->is_string()) fail(key, "expected a string");
  return std::string(value->text());
}

std::string JsonObject::string_or_empty(std::string_view key) const {
  return optional_string(key).value_or("");
}

std::string JsonObject::required_string(std::string_view key) const {
  return std::string(required_text(key));
}

std::string_view JsonObject::required_text(std::string_view key) const {
  const auto value = find(key);
  if (!value) fail(key, "missing");
  if (!value->is_string()) fail(key, "expected a string");
  return value->text();
}

std::optional<std::int64_t> JsonObject::optional_integer(std::string_view key) const {
  const auto value = find(key);
  if (!value) return std::nullopt;
  if (value->kind() != JsonKind::kInteger) fail(key, "expected an integer of 64 bits");
  return value->integer();
}

bool JsonObject::bool_or_false(std::string_view key) const {
  const auto value = find(key);
  if (!value) return false;
  if (!value->is_boolean()) fail(key, "expected true or false");
  return value->kind() == JsonKind::kTrue;
}

std::optional<std::vector<std::string>> JsonObject::optional_strings(std::string_view key) const {
  const auto value = find(key);
  if (!value) return std::nullopt;
  if (!value->is_array()) fail(key, "expected an array of strings");
  std::vector<std::string> strings;
  strings.reserve(value->size());
  for (const JsonValue element : value->elements()) {
    if (!element.is_string()) fail(key, "expected an array of strings");
    strings.emplace_back(element.text());
  }
  return strings;
}

std::map<std::string, std::string> JsonObject::string_map(std::string_view key) const {
  const auto object = optional_object(key);
  if (!object) return {};
  std::map<std::string, std::string> result;
  for (const auto [name, value] : object->members()) {
    if (!value.is_string()) {
      fail(std::string(key) + "[\"" + std::string(name) + "\"]", "expected a string");
    }
    result.emplace(name, value.text());
  }
  return result;
}

std::vector<std::string> JsonObject::keys_of(std::string_view key) const {
  const auto object = optional_object(key);
  if (!object) return {};
  std::vector<std::string> keys;
  for (const auto [name, value] : object->members()) keys.emplace_back(name);
  return keys;
}

std::optional<JsonObject> JsonObject::optional_object(std::string_view key) const {
  const auto value = find(key);
  if (!value) return std::nullopt;
  return JsonObject(*value, path_of(key));
}

std::vector<JsonObject> JsonObject::objects(std::string_view key, std::size_t limit) const {
  const auto value = find(key);
  if (!value) return {};
  return objects_of(*value, path_of(key), limit);
}

std::vector<JsonObject> objects_of(JsonValue array, const std::string& path, std::size_t limit) {
  if (!array.is_array()) fail_at(path, "expected an array");
  if (array.size() > limit) fail_at(path, "more than " + std::to_string(limit) + " entries");
  std::vector<JsonObject> objects;
  objects.reserve(array.size());
  for (const JsonValue element : array.elements()) {
    objects.emplace_back(element, path + "[" + std::to_string(objects.size()) + "]");
  }
  return objects;
}

namespace {

Platform parse_platform(const JsonObject& object) {
  Platform platform;
  platform.os = object.required_string("os");
  platform.architecture = object.required_string("architecture");
  platform.variant = object.string_or_empty("variant");
  platform.os_version = object.string_or_empty("os.version");
  platform.os_features =
      object.optional_strings("os.features").value_or(std::vector<std::string>{});
  return platform;
}

}  // namespace

Descriptor parse_descriptor(const JsonObject& object) {
  object.refuse_lookalikes({"mediaType", "digest", "size", "urls", "data", "platform"});
  auto digest = Digest::try_parse(object.required_text("digest"));
  if (!digest) object.fail("digest", "not a digest");
  const auto size = object.optional_integer("size");
  if (!size) object.fail("size", "missing");
  if (*size < 0) object.fail("size", "negative");
  Descriptor descriptor{.media_type = object.required_string("mediaType"),
                        .digest = *std::move(digest),
                        .size = static_cast<std::uint64_t>(*size)};
  descriptor.annotations = object.string_map("annotations");
  if (const auto platform = object.optional_object("platform")) {
    descriptor.platform = parse_platform(*platform);
  }
  descriptor.urls = object.optional_strings("urls").value_or(std::vector<std::string>{});
  if (const auto data = object.optional_string("data")) {
    descriptor.data = decode_base64(*data);
    if (!descriptor.data) object.fail("data", "not base64");
  }
  descriptor.artifact_type = object.string_or_empty("artifactType");
  return descriptor;
}

}  // namespace bale::oci
