// SPDX-License-Identifier: Apache-2.0
#include "oci/json.h"

#include <utility>

#include "oci/error.h"
#include "oci/json_document.h"

namespace bale::oci {

namespace {

Json copy_of(JsonValue value);

Json array_of(JsonElements elements, std::size_t size) {
  Json::array_t array;
  array.reserve(size);
  for (const JsonValue element : elements) array.push_back(copy_of(element));
  return array;
}

Json object_of(JsonMembers members, std::size_t size) {
  Json::object_t object;
  object.reserve(size);
  // At the end of the vector that it is: its own insertion would look for the key first.
  for (const auto [key, value] : members) object.emplace_back(std::string(key), copy_of(value));
  return object;
}

Json copy_of(JsonValue value) {
  switch (value.kind()) {
    case JsonKind::kFalse:
      return false;
    case JsonKind::kTrue:
      return true;
    case JsonKind::kInteger:
      return value.integer();
    case JsonKind::kUnsigned:
      return value.natural();
    case JsonKind::kReal:
      return value.real();
    case JsonKind::kString:
      return std::string(value.text());
    case JsonKind::kArray:
      return array_of(value.elements(), value.size());
    case JsonKind::kObject:
      return object_of(value.members(), value.size());
    case JsonKind::kNull:
      break;
  }
  return nullptr;
}

}  // namespace

Json parse_json(std::string_view text, std::string_view what) {
  return copy_of(JsonDocument(text, what).root());
}

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

}  // namespace bale::oci
