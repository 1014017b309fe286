// SPDX-License-Identifier: Apache-2.0
#include "builder/json_form.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "builder/words.h"

namespace bale::builder {

JsonForm parse_json_form(std::string_view arguments) {
  const auto text = trim(arguments);
  if (!text.starts_with('[')) return {};
  const auto array = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (array.is_discarded()) return {};
  const bool strings =
      std::all_of(array.begin(), array.end(), [](const auto& item) { return item.is_string(); });
  if (!strings) return {JsonForm::Kind::kOtherValues, {}};
  return {JsonForm::Kind::kStrings, array.get<std::vector<std::string>>()};
}

}  // namespace bale::builder
