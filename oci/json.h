// SPDX-License-Identifier: Apache-2.0
#pragma once

// Only .cc files that read or write JSON include this header.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "oci/descriptor.h"

namespace bale::oci {

/// Keeps keys in the order in which they were set, so that what we write has the order of the
/// specification.
using Json = nlohmann::ordered_json;

/// Strict JSON: throws kCorrupt, naming `what`, for a syntax error, a duplicate key, nesting over
/// 64 or bytes after the end.
Json parse_json(std::string_view text, std::string_view what);

/// A JSON object under inspection together with its path, so that each fault is told with its
/// place: `manifests[3].size: expected an integer`.
class JsonObject {
 public:
  /// Throws kCorrupt where `json` is not an object.
  JsonObject(const Json& json, std::string path);

  bool has(std::string_view key) const;
  /// Absent and null read as absent. All throw kCorrupt for another type.
  std::optional<std::string> optional_string(std::string_view key) const;
  std::string string_or_empty(std::string_view key) const;
  std::string required_string(std::string_view key) const;
  std::optional<std::int64_t> optional_integer(std::string_view key) const;
  bool bool_or_false(std::string_view key) const;
  std::optional<std::vector<std::string>> optional_strings(std::string_view key) const;
  std::map<std::string, std::string> string_map(std::string_view key) const;
  /// The keys of an object of objects, as `ExposedPorts` and `Volumes` are.
  std::vector<std::string> keys_of(std::string_view key) const;
  std::optional<JsonObject> optional_object(std::string_view key) const;
  /// Objects of an array with their paths; at most `limit`.
  std::vector<JsonObject> objects(std::string_view key, std::size_t limit) const;

  /// Throws kCorrupt for a key that differs from one of these by its case alone: some readers take
  /// it for that one, and see another document than we do.
  void refuse_lookalikes(std::initializer_list<std::string_view> keys) const;

  const std::string& path() const { return path_; }
  std::string path_of(std::string_view key) const;
  const Json& json() const { return *json_; }
  /// Throws kCorrupt: "PATH.KEY: MESSAGE".
  [[noreturn]] void fail(std::string_view key, std::string_view message) const;

 private:
  const Json* find(std::string_view key) const;

  const Json* json_;
  std::string path_;
};

/// A member to be written to; made like `empty` where it is absent or null. Throws kCorrupt, naming
/// `what` holds it, where it is of another type.
Json& member(Json& parent, const char* key, const Json& empty, std::string_view what);

/// Compact; what is not UTF-8 and cannot stand in JSON is replaced.
std::string to_text(const Json& json);

Descriptor parse_descriptor(const JsonObject& object);
Json to_json_value(const Descriptor& descriptor);

}  // namespace bale::oci
