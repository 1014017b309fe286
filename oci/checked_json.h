// SPDX-License-Identifier: Apache-2.0
#pragma once

// Only .cc files of the validator include this header.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/json_object.h"
#include "oci/validate.h"

namespace bale::oci {

enum class Presence { kOptional, kRequired };

/// A JSON object under validation. Where JsonObject throws at the first fault, this writes each one
/// down with its place and goes on; what was faulty reads as absent.
class CheckedObject {
 public:
  /// The document and `faults` must outlive it. `document` names what the object is in, `path` its
  /// place.
  CheckedObject(JsonValue json, std::string document, std::string path, std::vector<Fault>& faults);

  std::optional<std::string> text(std::string_view key, Presence presence) const;
  std::optional<std::int64_t> integer(std::string_view key, Presence presence) const;
  std::optional<CheckedObject> object(std::string_view key, Presence presence) const;
  /// The objects of an array; elements that are none are faults. Nothing where there is no array.
  std::optional<std::vector<CheckedObject>> objects(std::string_view key, Presence presence) const;
  std::vector<std::string> texts(std::string_view key, Presence presence) const;
  /// An object whose keys are not empty and whose values are strings.
  void check_text_map(std::string_view key) const;
  /// The keys of an object of empty objects, as ExposedPorts and Volumes are.
  std::vector<std::string> set_keys(std::string_view key) const;
  void check_boolean(std::string_view key) const;

  bool has(std::string_view key) const;
  /// Notes a fault of a member, or of the object itself with key "".
  void fault(std::string_view key, const std::string& message) const;
  std::string place_of(std::string_view key) const;
  JsonValue json() const { return json_; }
  /// Absent and null are nothing.
  std::optional<JsonValue> find(std::string_view key) const;

 private:
  std::optional<JsonValue> find(std::string_view key, Presence presence) const;

  JsonValue json_;
  std::string document_;
  std::string path_;
  std::vector<Fault>* faults_;
};

}  // namespace bale::oci
