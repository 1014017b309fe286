// SPDX-License-Identifier: Apache-2.0
#pragma once

// Only .cc files that edit JSON include this header.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace bale::oci {

/// Keeps keys in the order in which they were set, so that what we write has the order of the
/// specification.
using Json = nlohmann::ordered_json;

/// A text to be edited; what is only read is a JsonDocument, which this is made from, and which is
/// as strict.
Json parse_json(std::string_view text, std::string_view what);

/// A member to be written to; made like `empty` where it is absent or null. Throws kCorrupt, naming
/// `what` holds it, where it is of another type.
Json& member(Json& parent, const char* key, const Json& empty, std::string_view what);

/// Compact; what is not UTF-8 and cannot stand in JSON is replaced.
std::string to_text(const Json& json);

}  // namespace bale::oci
