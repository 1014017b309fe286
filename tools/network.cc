// SPDX-License-Identifier: Apache-2.0
#include "tools/network.h"

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

}  // namespace

registry::RegistriesOptions registries_options(const GlobalOptions& options) {
  registry::RegistriesOptions result;
  result.tls_verify = options.tls_verify;
  return result;
}

Network::Network(const GlobalOptions& options, std::set<std::string> push_hosts, oci::Progress& log)
    : client_({}, log),
      keychain_(keychain_options(options, std::move(push_hosts))),
      registries_(client_, keychain_,
                  registry::RegistriesConf::load(registry::RegistriesConf::default_files()),
                  registries_options(options)) {}

}  // namespace bale::tools
