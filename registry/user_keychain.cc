// SPDX-License-Identifier: Apache-2.0
#include "registry/user_keychain.h"

#include <cstdlib>
#include <utility>

#include <unistd.h>

#include "oci/error.h"
#include "registry/credential_helper.h"

namespace bale::registry {

namespace {

bool ends_with(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::optional<std::string> token_user(const std::string& host) {
  if (normalized_host(host) == "docker.io") return std::nullopt;
  if (ends_with(host, ".amazonaws.com") || host == "public.ecr.aws") return "AWS";
  if (ends_with(host, ".pkg.dev") || host == "gcr.io" || ends_with(host, ".gcr.io")) {
    return "oauth2accesstoken";
  }
  if (ends_with(host, ".azurecr.io")) return "00000000-0000-0000-0000-000000000000";
  if (host == "quay.io") return "$oauthtoken";
  if (host == "registry.gitlab.com") return "gitlab-ci-token";
  return "token";
}

std::filesystem::path default_auth_file(const Environment& environment) {
  if (const auto file = environment("REGISTRY_AUTH_FILE")) return *file;
  std::error_code ignored;  // a folder that cannot be looked at does not serve
  const auto runtime = environment("XDG_RUNTIME_DIR");
  if (runtime && std::filesystem::is_directory(*runtime, ignored)) {
    return std::filesystem::path(*runtime) / "containers/auth.json";
  }
  if (::getuid() == 0) return "/run/containers/0/auth.json";
  return std::filesystem::path(environment("XDG_CONFIG_HOME")
                                   .value_or(environment("HOME").value_or("") + "/.config")) /
         "containers/auth.json";
}

std::vector<std::filesystem::path> auth_file_paths(const Environment& environment) {
  if (const auto file = environment("REGISTRY_AUTH_FILE")) return {*file};
  const std::filesystem::path home = environment("HOME").value_or("/");
  std::vector<std::filesystem::path> paths;
  if (const auto runtime = environment("XDG_RUNTIME_DIR")) {
    paths.push_back(std::filesystem::path(*runtime) / "containers/auth.json");
  }
  paths.push_back("/run/containers/" + std::to_string(::getuid()) + "/auth.json");
  const auto config = environment("XDG_CONFIG_HOME");
  paths.push_back((config ? std::filesystem::path(*config) : home / ".config") /
                  "containers/auth.json");
  const auto docker = environment("DOCKER_CONFIG");
  paths.push_back((docker ? std::filesystem::path(*docker) : home / ".docker") / "config.json");
  paths.push_back(home / ".dockercfg");
  return paths;
}

UserKeychain::UserKeychain(Options options) : options_(std::move(options)) {
  add_token();
  add_files();
  add_ci();
}

void UserKeychain::add_token() {
  auto token = options_.environment("REGISTRY_TOKEN");
  if (!token || options_.push_hosts.empty()) return;
  if (options_.push_hosts.size() > 1) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "REGISTRY_TOKEN is for one registry, but this pushes to " +
                         *options_.push_hosts.begin() + " and " + *options_.push_hosts.rbegin(),
                     "push to them one after the other, or use an auth file");
  }
  const std::string& host = *options_.push_hosts.begin();
  auto user = options_.environment("REGISTRY_USER");
  if (!user) user = options_.environment("GITHUB_ACTOR");
  if (!user) user = token_user(host);
  if (!user) {
    throw oci::Error(oci::ErrorCode::kInvalid, host + " wants a user name with REGISTRY_TOKEN",
                     "set REGISTRY_USER");
  }
  token_.emplace(host, Credential{.username = *std::move(user),
                                  .password = Secret(*std::move(token)),
                                  .source = "$REGISTRY_TOKEN"});
}

void UserKeychain::add_files() {
  if (options_.auth_file) {
    if (auto file = AuthFile::load(*options_.auth_file)) files_.push_back(*std::move(file));
    return;
  }
  if (const auto text = options_.environment("DOCKER_AUTH_CONFIG")) {
    files_.push_back(AuthFile::parse(*text, "$DOCKER_AUTH_CONFIG"));
  }
  for (const auto& path : auth_file_paths(options_.environment)) {
    if (auto file = AuthFile::load(path)) files_.push_back(*std::move(file));
  }
}

void UserKeychain::add_ci() {
  const auto& variable = options_.environment;
  if (auto token = variable("GITHUB_TOKEN")) {
    ci_.emplace_back("ghcr.io", Credential{.username = variable("GITHUB_ACTOR").value_or("token"),
                                           .password = Secret(*std::move(token)),
                                           .source = "$GITHUB_TOKEN"});
  }
  const auto registry = variable("CI_REGISTRY");
  if (!registry) return;
  if (auto password = variable("CI_REGISTRY_PASSWORD")) {
    const std::string user = variable("CI_REGISTRY_USER").value_or("gitlab-ci-token");
    ci_.emplace_back(*registry, Credential{.username = user,
                                           .password = Secret(*std::move(password)),
                                           .source = "$CI_REGISTRY_PASSWORD"});
  } else if (auto token = variable("CI_JOB_TOKEN")) {
    ci_.emplace_back(*registry, Credential{.username = "gitlab-ci-token",
                                           .password = Secret(*std::move(token)),
                                           .source = "$CI_JOB_TOKEN"});
  }
}

std::vector<std::string> UserKeychain::exposed_files() const {
  std::vector<std::string> names;
  for (const AuthFile& file : files_) {
    if (file.is_exposed()) names.push_back(file.name());
  }
  return names;
}

std::optional<Credential> UserKeychain::find(const std::string& host,
                                             const std::string& repository) const {
  const std::string plain = normalized_host(host);
  if (token_ && normalized_host(token_->first) == plain) return token_->second;
  for (const AuthFile& file : files_) {
    if (const std::string helper = file.helper_for(host); !helper.empty()) {
      if (auto credential = CredentialHelper(helper).get(host)) return credential;
    }
    if (auto credential = file.find(host, repository)) return credential;
  }
  for (const auto& [name, credential] : ci_) {
    if (normalized_host(name) == plain) return credential;
  }
  return std::nullopt;
}

std::string UserKeychain::key(const std::string& host, const std::string& repository) const {
  const std::string plain = normalized_host(host);
  if (token_ && normalized_host(token_->first) == plain) return plain;
  for (const AuthFile& file : files_) {
    if (!file.helper_for(host).empty()) return plain;
    if (const std::string key = file.matching_key(host, repository); !key.empty()) return key;
  }
  return plain;
}

}  // namespace bale::registry
