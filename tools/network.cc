// SPDX-License-Identifier: Apache-2.0
#include "tools/network.h"

#include <algorithm>
#include <utility>

namespace bale::tools {

namespace {

registry::UserKeychain::Options keychain_options(const GlobalOptions& options,
                                                 std::set<std::string> push_hosts) {
  registry::UserKeychain::Options result;
  if (!options.authfile.empty()) result.auth_file = options.authfile;
  result.push_hosts = std::move(push_hosts);
  return result;
}

registry::HttpOptions http_options(const GlobalOptions& options) {
  registry::HttpOptions result;
  result.bytes_per_second = options.rate_limit;
  if (options.max_concurrent) {
    const std::size_t most = *options.max_concurrent;
    registry::HostLimits& limits = result.transport.limits;
    limits.small = std::min(limits.small, most);
    limits.uploads = limits.downloads = most;
  }
  return result;
}

}  // namespace

registry::RetryPolicy retry_policy(const GlobalOptions& options) {
  registry::RetryPolicy policy;
  if (options.retries) policy.attempts = static_cast<int>(*options.retries) + 1;
  return policy;
}

registry::RegistriesOptions registries_options(const GlobalOptions& options) {
  registry::RegistriesOptions result;
  result.tls_verify = options.tls_verify;
  result.retry = retry_policy(options);
  return result;
}

Network::Network(const GlobalOptions& options, std::set<std::string> push_hosts, oci::Progress& log)
    : client_(http_options(options), log),
      keychain_(keychain_options(options, std::move(push_hosts))),
      registries_(client_, keychain_,
                  registry::RegistriesConf::load(registry::RegistriesConf::default_files()),
                  registries_options(options)) {
  for (const std::string& file : keychain_.exposed_files()) {
    log.warn(file + " holds credentials that others can read: chmod 600 " + file);
  }
}

}  // namespace bale::tools
