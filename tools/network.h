// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "oci/progress.h"
#include "registry/http_client.h"
#include "registry/registries.h"
#include "registry/user_keychain.h"
#include "tools/global_options.h"

namespace bale::tools {

/// How often what failed is tried again.
registry::RetryPolicy retry_policy(const GlobalOptions& options);

/// What the options say of registries.
registry::RegistriesOptions registries_options(const GlobalOptions& options);

/// All that is needed to talk to registries, in the order in which it depends on each other.
class Network {
 public:
  /// `push_hosts`: the registries that this run pushes to. `log` must outlive it.
  Network(const GlobalOptions& options, std::set<std::string> push_hosts, oci::Progress& log);

  registry::Registries& registries() { return registries_; }
  registry::HttpClient& client() { return client_; }

 private:
  registry::HttpClient client_;
  registry::UserKeychain keychain_;
  registry::Registries registries_;
};

}  // namespace bale::tools
