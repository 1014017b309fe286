// SPDX-License-Identifier: Apache-2.0
#include "registry/auth_file.h"

#include <algorithm>
#include <utility>

#include <sys/stat.h>

#include "oci/base64.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/file_lock.h"
#include "oci/json.h"
#include "oci/new_file.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxAuthFile = std::size_t{1} * 1024 * 1024;
constexpr const char* kDockerHubKey = "https://index.docker.io/v1/";

std::string string_at(const oci::Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// `auth` is base64 of USER:PASSWORD, of some writers with NULs behind it.
void decode_auth(const std::string& text, Credential& credential) {
  auto decoded = oci::decode_base64(text);
  if (!decoded) return;
  while (!decoded->empty() && decoded->back() == '\0') decoded->pop_back();
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos) return;
  credential.username = decoded->substr(0, colon);
  credential.password = Secret(decoded->substr(colon + 1));
}

Credential parse_entry(const oci::Json& json, const std::string& source) {
  Credential credential{.source = source};
  if (!json.is_object()) return credential;
  credential.username = string_at(json, "username");
  credential.password = Secret(string_at(json, "password"));
  decode_auth(string_at(json, "auth"), credential);
  credential.identity_token = Secret(string_at(json, "identitytoken"));
  credential.registry_token = Secret(string_at(json, "registrytoken"));
  return credential;
}

bool is_empty(const Credential& credential) {
  return credential.password.empty() && credential.identity_token.empty() &&
         credential.registry_token.empty();
}

/// Keys with a namespace stay as they are; URLs are old spellings of their host.
std::string normalized_key(const std::string& key) {
  const bool url = key.find("://") != std::string::npos;
  const std::size_t slash = key.find('/');
  if (url || slash == std::string::npos || slash + 1 == key.size()) return normalized_host(key);
  return normalized_host(key.substr(0, slash)) + key.substr(slash);
}

/// `HOST/A/B`, `HOST/A`, `HOST`
std::vector<std::string> namespaces(const std::string& host, const std::string& repository) {
  std::vector<std::string> keys;
  std::string key = normalized_host(host) + "/" + repository;
  while (true) {
    keys.push_back(key);
    const std::size_t slash = key.rfind('/');
    if (slash == std::string::npos) return keys;
    key.resize(slash);
  }
}

oci::Json parse_file(std::string_view text, const std::string& name) {
  try {
    oci::Json json = oci::parse_json(text, name);
    if (!json.is_object()) throw oci::Error(oci::ErrorCode::kInvalid, name + ": not an object");
    return json;
  } catch (const oci::Error&) {
    // The parser's message shows the text near the fault, which may be a password.
    throw oci::Error(oci::ErrorCode::kInvalid, name + " is not the JSON of a credentials file");
  }
}

std::string file_key(const std::string& host) {
  const std::string plain = normalized_host(host);
  return plain == "docker.io" ? kDockerHubKey : plain;
}

oci::Json entry_of(const Credential& credential) {
  oci::Json entry;
  entry["auth"] = oci::encode_base64(credential.username + ":" + credential.password.reveal());
  if (!credential.identity_token.empty()) {
    entry["identitytoken"] = credential.identity_token.reveal();
  }
  return entry;
}

/// Changes a file under a lock on its folder; `edit` returns false where nothing is to be written.
template <typename Edit>
bool edit_file(const std::filesystem::path& named, Edit edit) {
  // A link stays a link: the file that it means is replaced.
  const std::filesystem::path path = std::filesystem::weakly_canonical(named);
  if (std::filesystem::create_directories(path.parent_path())) {
    ::chmod(path.parent_path().c_str(), 0700);
  }
  const auto lock = oci::FileLock::exclusive(path.parent_path());
  oci::Json json = oci::Json::object();
  if (std::filesystem::exists(path)) {
    json = parse_file(oci::read_file(path, kMaxAuthFile), path.string());
  }
  if (!edit(json)) return false;
  oci::write_file_atomically(path, json.dump(2) + "\n", 0600);
  return true;
}

}  // namespace

std::string normalized_host(std::string_view key) {
  if (const std::size_t scheme = key.find("://"); scheme != std::string_view::npos) {
    key.remove_prefix(scheme + 3);
  }
  const std::string host(key.substr(0, key.find('/')));
  return host == "index.docker.io" || host == "registry-1.docker.io" ? "docker.io" : host;
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  for (std::size_t at = star; at <= text.size(); ++at) {
    if (matches_wildcard(pattern.substr(star + 1), text.substr(at))) return true;
  }
  return false;
}

AuthFile AuthFile::parse(std::string_view json, std::string name) {
  const oci::Json document = parse_file(json, name);
  AuthFile file;
  file.name_ = std::move(name);
  // The oldest form (~/.dockercfg) has the entries at the top.
  const bool old = !document.contains("auths") && !document.contains("credHelpers") &&
                   !document.contains("credsStore");
  const oci::Json auths = old ? document : document.value("auths", oci::Json::object());
  for (const auto& [key, entry] : auths.items()) {
    Credential credential = parse_entry(entry, file.name_);
    if (!is_empty(credential)) file.entries_.emplace(normalized_key(key), std::move(credential));
  }
  const oci::Json helpers = document.value("credHelpers", oci::Json::object());
  for (const auto& [host, helper] : helpers.items()) {
    if (helper.is_string()) file.helpers_.emplace(normalized_host(host), helper);
  }
  file.store_ = string_at(document, "credsStore");
  return file;
}

std::optional<AuthFile> AuthFile::load(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be looked at is not there for us
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::is_regular_file(status)) return std::nullopt;
  AuthFile file = parse(oci::read_file(path, kMaxAuthFile), path.string());
  constexpr auto kOthers = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  const bool open = (status.permissions() & kOthers) != std::filesystem::perms::none;
  file.exposed_ = open && !file.entries_.empty();
  return file;
}

std::string AuthFile::matching_key(const std::string& host, const std::string& repository) const {
  for (const std::string& key : namespaces(host, repository)) {
    if (entries_.count(key) > 0) return key;
  }
  return {};
}

std::optional<Credential> AuthFile::find(const std::string& host,
                                         const std::string& repository) const {
  const auto found = entries_.find(matching_key(host, repository));
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

std::string AuthFile::helper_for(const std::string& host) const {
  const std::string plain = normalized_host(host);
  if (const auto exact = helpers_.find(plain); exact != helpers_.end()) return exact->second;
  for (const auto& [pattern, helper] : helpers_) {
    if (matches_wildcard(pattern, plain)) return helper;
  }
  return store_;
}

void write_credential(const std::filesystem::path& path, const std::string& host,
                      const Credential& credential) {
  edit_file(path, [&](oci::Json& json) {
    json["auths"][file_key(host)] = entry_of(credential);
    return true;
  });
}

bool erase_credential(const std::filesystem::path& path, const std::string& host) {
  if (!std::filesystem::exists(path)) return false;
  return edit_file(path, [&](oci::Json& json) {
    const auto auths = json.find("auths");
    if (auths == json.end() || !auths->is_object()) return false;
    std::vector<std::string> gone;
    for (const auto& item : auths->items()) {
      if (normalized_key(item.key()) == normalized_host(host)) gone.push_back(item.key());
    }
    for (const std::string& key : gone) auths->erase(key);
    return !gone.empty();
  });
}

}  // namespace bale::registry
