// SPDX-License-Identifier: Apache-2.0
#pragma once

// Only .cc files that read JSON include this header.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/descriptor.h"
#include "oci/json_document.h"

namespace bale::oci {

/// An object of a JsonDocument, which must outlive it, together with its path, so that each fault
/// is told with its place: `manifests[3].size: expected an integer`.
class JsonObject {
 public:
  /// Throws kCorrupt where `json` is not an object.
  JsonObject(JsonValue json, std::string path);
  explicit JsonObject(const JsonDocument& document) : JsonObject(document.root(), "") {}

  bool has(std::string_view key) const;
  /// Absent and null are nothing, here and below.
  std::optional<JsonValue> find(std::string_view key) const;
  /// All throw kCorrupt for another type.
  std::optional<std::string> optional_string(std::string_view key) const;
  std::string string_or_empty(std::string_view key) const;
  std::string required_string(std::string_view key) const;
  /// As it stands in the document.
  std::string_view required_text(std::string_view key) const;
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
  JsonMembers members() const { return json_.members(); }
  /// Throws kCorrupt: "PATH.KEY: MESSAGE".
  [[noreturn]] void fail(std::string_view key, std::string_view message) const;

 private:
  JsonValue json_;
  std::string path_;
};

/// The objects of an array, with their paths; at most `limit`. Throws kCorrupt, naming `path`,
/// where it is no array of objects.
std::vector<JsonObject> objects_of(JsonValue array, const std::string& path, std::size_t limit);

Descriptor parse_descriptor(const JsonObject& object);

}  // namespace bale::oci
