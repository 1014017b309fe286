// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// What arguments are when they are read as JSON: `["a", "b"]` is the exec form; what is not JSON
/// at all is the shell form; an array of anything but strings is a fault.
struct JsonForm {
  enum class Kind { kNotJson, kStrings, kOtherValues };
  Kind kind = Kind::kNotJson;
  std::vector<std::string> words;  ///< of kStrings

  bool is_strings() const { return kind == Kind::kStrings; }
};

JsonForm parse_json_form(std::string_view arguments);

}  // namespace bale::builder
