// SPDX-License-Identifier: Apache-2.0
#include "builder/mount_flag.h"

#include <algorithm>

#include "builder/words.h"
#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

using Field = MountFlag::Field;

[[noreturn]] void fail(const std::string& message, std::string hint = {}) {
  throw oci::Error(oci::ErrorCode::kInvalid, message, std::move(hint));
}

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys = {
      "type",    "from", "source", "target", "readonly", "required", "size",
      "sharing", "id",   "mode",   "uid",    "gid",      "env",      "readwrite"};
  return keys;
}

/// One name for each key, whichever of its synonyms was written.
std::string canonical(const std::string& key) {
  if (key == "src") return "source";
  if (key == "dst" || key == "destination") return "target";
  if (key == "ro") return "readonly";
  if (key == "rw") return "readwrite";
  return key;
}

bool may_stand_alone(const std::string& key) {
  return key == "readonly" || key == "readwrite" || key == "required";
}

void check_key(const std::string& key, const std::string& text) {
  const auto& known = known_keys();
  if (std::find(known.begin(), known.end(), key) != known.end()) return;
  const std::string near = oci::nearest(key, known);
  fail("--mount has no key \"" + key + "\" (in \"" + text + "\")",
       near.empty() ? "" : "did you mean \"" + near + "\"?");
}

Field parse_field(const std::string& text) {
  const auto equals = text.find('=');
  Field field{canonical(lower(text.substr(0, equals))), std::nullopt};
  check_key(field.key, text);
  if (equals != std::string::npos) field.value = text.substr(equals + 1);
  if (!field.value && !may_stand_alone(field.key)) {
    fail("the key \"" + field.key + "\" of --mount needs a value", "write " + field.key + "=VALUE");
  }
  // The graph of stages is known before any variable of a stage is.
  if (field.key == "from" && field.value->find('$') != std::string::npos) {
    fail("from= of --mount takes no variable",
         "write FROM with the variable as a stage of its own, and name that stage");
  }
  return field;
}

}  // namespace

std::string MountFlag::value_of(std::string_view key) const {
  const auto found = std::find_if(fields.rbegin(), fields.rend(),
                                  [key](const Field& field) { return field.key == key; });
  return found == fields.rend() ? "" : found->value.value_or("");
}

MountFlag parse_mount_flag(std::string_view text) {
  MountFlag mount;
  for (const auto& field : split_csv(text)) mount.fields.push_back(parse_field(field));
  return mount;
}

std::vector<std::string> split_csv(std::string_view text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '"') {
      fields.back() += c;
    } else if (quoted && text.substr(at + 1).starts_with('"')) {
      fields.back() += text[++at];
    } else {
      quoted = !quoted;
    }
  }
  return fields;
}

}  // namespace bale::builder
