// SPDX-License-Identifier: Apache-2.0
#include "server/served_name.h"

namespace bale::server {

namespace {

constexpr const char* kLocalHost = "localhost";
constexpr const char* kDockerHub = "docker.io";

/// Whether the first part of the repository names a registry. A path has no ports.
bool names_host(const std::string& repository) {
  const auto first = repository.substr(0, repository.find('/'));
  return first.size() < repository.size() &&
         (first == kLocalHost || first.find('.') != std::string::npos);
}

bool is_local(const oci::Reference& stored) {
  return stored.host == kLocalHost || stored.host.find(':') != std::string::npos;
}

}  // namespace

oci::Reference stored_name_of(const std::string& repository) {
  return oci::Reference::parse(names_host(repository) ? repository
                                                      : kLocalHost + ("/" + repository));
}

std::string repository_of(const oci::Reference& stored) {
  const bool short_name = is_local(stored) && !names_host(stored.repository);
  return short_name ? stored.repository : stored.name();
}

std::optional<int> precedence(const oci::Reference& stored, const std::string& repository) {
  if (stored.name() == stored_name_of(repository).name()) return 0;
  if (names_host(repository)) return std::nullopt;
  if (is_local(stored) && stored.repository == repository) return 1;
  // As names without a host are read everywhere.
  const bool on_hub = stored.host == kDockerHub && (stored.repository == repository ||
                                                    stored.repository == "library/" + repository);
  return on_hub ? std::optional(2) : std::nullopt;
}

}  // namespace bale::server
