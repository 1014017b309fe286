// SPDX-License-Identifier: Apache-2.0
#include "builder/run_mount.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "builder/container_path.h"
#include "builder/size_text.h"
#include "builder/words.h"
#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

[[noreturn]] void fail(const std::string& message, std::string hint = {}) {
  throw oci::Error(oci::ErrorCode::kInvalid, message, std::move(hint));
}

bool parse_bool(const std::string& key, const std::optional<std::string>& value) {
  if (!value) return true;
  for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (*value == yes) return true;
  }
  for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (*value == no) return false;
  }
  fail("the key \"" + key + "\" of --mount is true or false, not \"" + *value + "\"");
}

/// The fields of one mount on their way to a type of their own. Keys are known to be known; which
/// of them a type takes is decided here.
class MountReader {
 public:
  MountReader(const MountFlag& flag, const MountPlace& place) : flag_(flag), place_(place) {}

  RunMount read() const {
    const std::string type = text("type").value_or("bind");
    if (type == "bind") return bind();
    if (type == "cache") return cache();
    if (type == "tmpfs") return tmpfs();
    if (type == "secret") return secret();
    if (type == "ssh") return ssh();
    const std::string near = oci::nearest(type, {"bind", "cache", "tmpfs", "secret", "ssh"});
    fail("--mount has no type \"" + type + "\"",
         near.empty() ? "" : "did you mean \"" + near + "\"?");
  }

 private:
  RunMount bind() const {
    allow({"from", "source", "target", "readonly", "readwrite", "id"}, "bind");
    const auto from = text("from");
    return BindMount{target(), from ? place_.origin_of(*from) : BuildContext{}, source(),
                     read_only().value_or(true)};
  }

  RunMount cache() const {
    allow({"from", "source", "target", "readonly", "readwrite", "id", "sharing", "mode", "uid",
           "gid"},
          "cache");
    CacheMount mount;
    mount.target = target();
    mount.id = text("id").value_or(mount.target);
    mount.sharing = sharing();
    if (const auto from = text("from")) mount.origin = place_.origin_of(*from);
    mount.source = source();
    mount.read_only = read_only().value_or(false);
    mount.mode = number("mode", 8).value_or(mount.mode);
    mount.uid = number("uid", 10).value_or(0);
    mount.gid = number("gid", 10).value_or(0);
    return mount;
  }

  RunMount tmpfs() const {
    allow({"target", "size", "readonly", "readwrite"}, "tmpfs");
    TmpfsMount mount{target()};
    if (const auto size = text("size")) {
      const auto bytes = parse_size(*size);
      if (!bytes) fail("the size \"" + *size + "\" of --mount is none", "write size=128m");
      mount.size = *bytes;
    }
    return mount;
  }

  RunMount secret() const {
    allow({"source", "target", "id", "env", "required", "mode", "uid", "gid"}, "secret");
    SecretMount mount;
    mount.id = secret_id();
    mount.env = text("env");
    if (const auto path = text("target")) {
      mount.target = container_path(place_.cwd, *path);
    } else if (!mount.env) {
      mount.target = container_path("/run/secrets", mount.id.substr(mount.id.rfind('/') + 1));
    }
    mount.required = required();
    mount.mode = number("mode", 8).value_or(mount.mode);
    mount.uid = number("uid", 10).value_or(0);
    mount.gid = number("gid", 10).value_or(0);
    return mount;
  }

  std::string secret_id() const {
    const auto id = text("id");
    const auto source = text("source");
    const auto path = text("target");
    if (id && source) fail("a secret mount has both id= and source=", "they mean the same here");
    if (id || source) return id ? *id : *source;
    if (!path) fail("a secret mount needs id= or target=");
    return path->substr(path->rfind('/') + 1);
  }

  RunMount ssh() const {
    allow({"target", "id", "required", "mode", "uid", "gid"}, "ssh");
    SshMount mount;
    mount.id = text("id").value_or(mount.id);
    if (const auto path = text("target")) mount.target = container_path(place_.cwd, *path);
    mount.required = required();
    mount.mode = number("mode", 8).value_or(mount.mode);
    mount.uid = number("uid", 10).value_or(0);
    mount.gid = number("gid", 10).value_or(0);
    return mount;
  }

  void allow(const std::vector<std::string>& keys, const std::string& type) const {
    for (const auto& field : flag_.fields) {
      const bool taken = std::find(keys.begin(), keys.end(), field.key) != keys.end();
      if (field.key != "type" && !taken) {
        fail("a mount of type " + type + " has no key \"" + field.key + "\"");
      }
    }
  }

  const MountFlag::Field* find(std::string_view key) const {
    const auto found =
        std::find_if(flag_.fields.rbegin(), flag_.fields.rend(),
                     [key](const MountFlag::Field& field) { return field.key == key; });
    return found == flag_.fields.rend() ? nullptr : &*found;
  }

  /// Empty counts as absent.
  std::optional<std::string> text(std::string_view key) const {
    const auto* field = find(key);
    if (field == nullptr || field->value.value_or("").empty()) return std::nullopt;
    return field->value;
  }

  std::string target() const {
    std::string path = container_path(place_.cwd, text("target").value_or(""));
    if (path == "/") fail("a mount cannot have / as its target", "write target=PATH");
    return path;
  }

  std::string source() const { return container_path("/", text("source").value_or("")); }

  /// The later of the two keys wins.
  std::optional<bool> read_only() const {
    std::optional<bool> result;
    for (const auto& field : flag_.fields) {
      if (field.key == "readonly") result = parse_bool(field.key, field.value);
      if (field.key == "readwrite") result = !parse_bool(field.key, field.value);
    }
    return result;
  }

  bool required() const {
    const auto* field = find("required");
    return field != nullptr && parse_bool("required", field->value);
  }

  CacheSharing sharing() const {
    const std::string value = text("sharing").value_or("shared");
    if (value == "shared") return CacheSharing::kShared;
    if (value == "private") return CacheSharing::kPrivate;
    if (value == "locked") return CacheSharing::kLocked;
    fail("a cache mount cannot have sharing=" + value, "there are shared, private and locked");
  }

  std::optional<std::uint32_t> number(const std::string& key, int base) const {
    const auto value = text(key);
    if (!value) return std::nullopt;
    std::uint32_t result = 0;
    const char* end = value->data() + value->size();
    const auto [stop, error] = std::from_chars(value->data(), end, result, base);
    if (error == std::errc() && stop == end) return result;
    fail("the " + key + " \"" + *value + "\" of --mount is no number",
         base == 8 ? "write it in octal: mode=0755" : "");
  }

  const MountFlag& flag_;
  const MountPlace& place_;
};

}  // namespace

RunMount make_run_mount(const MountFlag& flag, const MountPlace& place) {
  return MountReader(flag, place).read();
}

}  // namespace bale::builder
