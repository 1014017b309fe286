// SPDX-License-Identifier: Apache-2.0
#include "builder/directives.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "builder/words.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// `# KEY = VALUE`, the key in lower case.
std::optional<std::pair<std::string, std::string_view>> split_directive(std::string_view line) {
  line = trim(line);
  if (!line.starts_with('#')) return std::nullopt;
  line = trim_left(line.substr(1));
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto key = trim(line.substr(0, equals));
  const auto value = trim(line.substr(equals + 1));
  const bool is_word = std::all_of(key.begin(), key.end(), is_letter_or_digit);
  if (key.empty() || !is_word || value.empty()) return std::nullopt;
  return std::pair(lower(key), value);
}

}  // namespace

void DirectiveReader::read_line(std::string_view line) {
  const bool shebang = std::exchange(first_, false) && line.starts_with("#!");
  if (done_ || shebang) return;
  if (const auto directive = split_directive(line)) {
    set(directive->first, directive->second);
  } else {
    done_ = true;
  }
}

void DirectiveReader::set(const std::string& key, std::string_view value) {
  // Words that are no directive are comments of the same shape; they end nothing.
  if (key != "syntax" && key != "escape" && key != "check") return;
  if (!seen_.insert(key).second) {
    throw oci::Error(oci::ErrorCode::kInvalid, "the directive \"" + key + "\" stands here twice");
  }
  if (key == "syntax") into_.syntax = value;
  if (key == "check") into_.check = value;
  if (key != "escape") return;
  if (value != "\\" && value != "`") {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "the escape character cannot be \"" + std::string(value) + "\"",
                     "it is a backslash or a backtick");
  }
  into_.escape = value.front();
}

}  // namespace bale::builder
