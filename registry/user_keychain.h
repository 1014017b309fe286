// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "registry/auth_file.h"
#include "registry/keychain.h"

namespace bale::registry {

/// The value of a variable, or nothing where it is unset or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

/// The credentials that a person or a CI job has left for us, in this order:
/// `REGISTRY_TOKEN` for the one registry that is pushed to; then --authfile alone, or
/// `DOCKER_AUTH_CONFIG` and the files of podman and docker (`REGISTRY_AUTH_FILE` alone, where it is
/// set), helpers before entries; then what CI systems provide for their own registry
/// (`GITHUB_TOKEN` for ghcr.io, `CI_REGISTRY_PASSWORD` or `CI_JOB_TOKEN` for `CI_REGISTRY`).
class UserKeychain final : public Keychain {
 public:
  struct Options {
    std::optional<std::filesystem::path> auth_file = std::nullopt;
    /// Hosts that this run pushes to: the one that `REGISTRY_TOKEN` is for.
    std::set<std::string> push_hosts = {};
    Environment environment = process_environment;
  };

  /// Reads the files. Throws kInvalid where `REGISTRY_TOKEN` is set and there are two hosts to push
  /// to, or where it needs a user that nobody names; for a file that is broken.
  explicit UserKeychain(Options options);

  std::optional<Credential> find(const std::string& host,
                                 const std::string& repository) const override;
  std::string key(const std::string& host, const std::string& repository) const override;
  /// Files with credentials that others may get at.
  std::vector<std::string> exposed_files() const;

 private:
  void add_token();
  void add_files();
  void add_ci();

  const Options options_;
  std::optional<std::pair<std::string, Credential>> token_;  // for one host
  std::vector<AuthFile> files_;
  std::vector<std::pair<std::string, Credential>> ci_;  // by host
};

/// Where podman and docker keep credentials, in the order in which they are read.
std::vector<std::filesystem::path> auth_file_paths(const Environment& environment);

/// The file that `login` writes to where none is named.
std::filesystem::path default_auth_file(const Environment& environment);

/// The user that a registry takes with a token in place of a password; nothing where it wants the
/// real one.
std::optional<std::string> token_user(const std::string& host);

}  // namespace bale::registry
