// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/credential.h"

namespace bale::registry {

/// A file of credentials as podman (containers-auth.json(5)) and docker (config.json) keep it. A
/// value.
class AuthFile {
 public:
  /// `name` is for messages. Throws kInvalid for what is no such file; never repeats its content.
  static AuthFile parse(std::string_view json, std::string name);
  /// Nothing where the file does not exist.
  static std::optional<AuthFile> load(const std::filesystem::path& path);

  /// What the file says of a repository: the entry of its nearest namespace
  /// (`HOST/NS/IMAGE`, `HOST/NS`, `HOST`), else of its host under any spelling. Entries that hold
  /// nothing are markers of helpers and skipped; what cannot be decoded is skipped too.
  std::optional<Credential> find(const std::string& host, const std::string& repository) const;
  /// Which entry that is, or "".
  std::string matching_key(const std::string& host, const std::string& repository) const;

  /// The credential helper for a host: of `credHelpers` by name or by wildcard
  /// (`*.dkr.ecr.*.amazonaws.com`), else `credsStore`; "" where there is none.
  std::string helper_for(const std::string& host) const;

  const std::string& name() const { return name_; }
  /// Whether it was loaded from a file with credentials that others than its owner may get at.
  bool is_exposed() const { return exposed_; }

 private:
  std::string name_;
  std::map<std::string, Credential> entries_;   // by key in one spelling
  std::map<std::string, std::string> helpers_;  // by host or pattern
  std::string store_;
  bool exposed_ = false;
};

/// Puts the entry of a host into a file, or takes it out (false where there was none). All else in
/// the file stays as it was; it is made with its folder where it is not there, readable by its
/// owner alone, and replaced atomically under a lock.
void write_credential(const std::filesystem::path& path, const std::string& host,
                      const Credential& credential);
bool erase_credential(const std::filesystem::path& path, const std::string& host);

/// One spelling for a host as files and helpers know it: without scheme and path, Docker Hub's
/// names as `docker.io`.
std::string normalized_host(std::string_view key);

/// `*` stands for any characters.
bool matches_wildcard(std::string_view pattern, std::string_view text);

}  // namespace bale::registry
