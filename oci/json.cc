// SPDX-License-Identifier: Apache-2.0
#include "oci/json.h"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include <strings.h>

#include "oci/base64.h"
#include "oci/error.h"

namespace bale::oci {

namespace {

constexpr std::size_t kMaxDepth = 64;

/// Builds the document and refuses what two readers could read differently. The library's own way
/// to watch its parser takes time with the square of an array's length.
class StrictBuilder final : public Json::json_sax_t {
 public:
  explicit StrictBuilder(std::string_view what) : what_(what) {}
  Json take() { return std::move(root_); }

  bool null() override { return add(Json(nullptr)); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(Json(value)); }
  bool number_float(number_float_t value, const string_t&) override { return add(Json(value)); }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return false; }  // JSON text has none
  bool start_object(std::size_t) override { return enter(Json::object()); }
  bool start_array(std::size_t) override { return enter(Json::array()); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    if (is_duplicate(level, name)) fail("duplicate key \"" + name + "\"");
    level.key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    fail(std::string("not valid JSON: ") + error.what());
  }

 private:
  struct Level {
    Json* container;
    std::string key = {};
    std::unordered_set<std::string> many_keys = {};
  };

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::kCorrupt, std::string(what_) + ": " + why);
  }

  Json* place(Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.container->is_array()) {
      level.container->push_back(std::move(value));
      return &level.container->back();
    }
    // At the end of the vector that the object is: its own insertion would look for the key again.
    auto& members = level.container->get_ref<Json::object_t&>();
    members.emplace_back(std::move(level.key), std::move(value));
    return &members.back().second;
  }

  bool add(Json value) {
    place(std::move(value));
    return true;
  }

  bool enter(Json container) {
    if (levels_.size() >= kMaxDepth) fail("nested deeper than " + std::to_string(kMaxDepth));
    levels_.push_back({place(std::move(container))});
    return true;
  }

  bool leave() {
    levels_.pop_back();
    return true;
  }

  /// Looks through a few keys, hashes many: an object of a million keys is somebody's attack.
  static bool is_duplicate(Level& level, const std::string& name) {
    constexpr std::size_t kFew = 16;
    const auto& members = level.container->get_ref<const Json::object_t&>();
    if (members.size() < kFew) {
      return std::any_of(members.begin(), members.end(),
                         [&](const auto& member) { return member.first == name; });
    }
    if (level.many_keys.empty()) {
      for (const auto& member : members) level.many_keys.insert(member.first);
    }
    return !level.many_keys.insert(name).second;
  }

  std::string_view what_;
  Json root_;
  std::vector<Level> levels_;
};

}  // namespace

Json parse_json(std::string_view text, std::string_view what) {
  StrictBuilder builder(what);
  Json::sax_parse(text, &builder);
  return builder.take();
}

JsonObject::JsonObject(const Json& json, std::string path) : json_(&json), path_(std::move(path)) {
  if (!json.is_object()) {
    throw Error(ErrorCode::kCorrupt, (path_.empty() ? "document" : path_) +
                                         ": expected an object, found " + json.type_name());
  }
}

const Json* JsonObject::find(std::string_view key) const {
  for (const auto& [name, value] : json_->get_ref<const Json::object_t&>()) {
    if (name == key) return value.is_null() ? nullptr : &value;
  }
  return nullptr;
}

bool JsonObject::has(std::string_view key) const { return find(key) != nullptr; }

std::string JsonObject::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void JsonObject::refuse_lookalikes(std::initializer_list<std::string_view> keys) const {
  for (const auto& [name, value] : json_->items()) {
    for (const std::string_view key : keys) {
      if (name.size() == key.size() && name != key &&
          ::strncasecmp(name.data(), key.data(), key.size()) == 0) {
        fail(name, "looks like " + std::string(key) + ", but is another key");
      }
    }
  }
}

void JsonObject::fail(std::string_view key, std::string_view message) const {
  throw Error(ErrorCode::kCorrupt, path_of(key) + ": " + std::string(message));
}

std::optional<std::string> JsonObject::optional_string(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) fail(key, "expected a string");
  return value->get<std::string>();
}

std::string JsonObject::string_or_empty(std::string_view key) const {
  return optional_string(key).value_or("");
}

std::string JsonObject::required_string(std::string_view key) const {
  auto value = optional_string(key);
  if (!value) fail(key, "missing");
  return *std::move(value);
}

std::optional<std::int64_t> JsonObject::optional_integer(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() ||
                     value->get<std::uint64_t>() <=
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!fits) fail(key, "expected an integer of 64 bits");
  return value->get<std::int64_t>();
}

bool JsonObject::bool_or_false(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) fail(key, "expected true or false");
  return value->get<bool>();
}

std::optional<std::vector<std::string>> JsonObject::optional_strings(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  const bool shaped = value->is_array() && std::all_of(value->begin(), value->end(),
                                                       [](const Json& e) { return e.is_string(); });
  if (!shaped) fail(key, "expected an array of strings");
  return value->get<std::vector<std::string>>();
}

std::map<std::string, std::string> JsonObject::string_map(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_object()) fail(key, "expected an object");
  std::map<std::string, std::string> result;
  for (const auto& [name, text] : value->items()) {
    if (!text.is_string()) fail(std::string(key) + "[\"" + name + "\"]", "expected a string");
    result.emplace(name, text.get<std::string>());
  }
  return result;
}

std::vector<std::string> JsonObject::keys_of(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_object()) fail(key, "expected an object");
  std::vector<std::string> keys;
  for (const auto& item : value->items()) keys.push_back(item.key());
  return keys;
}

std::optional<JsonObject> JsonObject::optional_object(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return JsonObject(*value, path_of(key));
}

std::vector<JsonObject> JsonObject::objects(std::string_view key, std::size_t limit) const {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_array()) fail(key, "expected an array");
  if (value->size() > limit) fail(key, "more than " + std::to_string(limit) + " entries");
  std::vector<JsonObject> result;
  result.reserve(value->size());
  for (std::size_t i = 0; i < value->size(); ++i) {
    result.emplace_back((*value)[i], path_of(key) + "[" + std::to_string(i) + "]");
  }
  return result;
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

Json to_json_value(const Platform& platform) {
  Json json;
  json["architecture"] = platform.architecture;
  json["os"] = platform.os;
  if (!platform.os_version.empty()) json["os.version"] = platform.os_version;
  if (!platform.os_features.empty()) json["os.features"] = platform.os_features;
  if (!platform.variant.empty()) json["variant"] = platform.variant;
  return json;
}

}  // namespace

Json& member(Json& parent, const char* key, const Json& empty, std::string_view what) {
  Json& value = parent[key];
  if (value.is_null()) value = empty;
  if (value.type() == empty.type()) return value;
  throw Error(ErrorCode::kCorrupt, std::string(what) + ": " + key + ": expected an " +
                                       empty.type_name() + ", found " + value.type_name());
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Descriptor parse_descriptor(const JsonObject& object) {
  object.refuse_lookalikes({"mediaType", "digest", "size", "urls", "data", "platform"});
  auto digest = Digest::try_parse(object.required_string("digest"));
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

Json to_json_value(const Descriptor& descriptor) {
  Json json;
  json["mediaType"] = descriptor.media_type.to_string();
  json["digest"] = descriptor.digest.to_string();
  json["size"] = descriptor.size;
  if (!descriptor.urls.empty()) json["urls"] = descriptor.urls;
  if (!descriptor.annotations.empty()) json["annotations"] = descriptor.annotations;
  if (descriptor.data) json["data"] = encode_base64(*descriptor.data);
  if (descriptor.platform) json["platform"] = to_json_value(*descriptor.platform);
  if (!descriptor.artifact_type.empty()) json["artifactType"] = descriptor.artifact_type;
  return json;
}

}  // namespace bale::oci
