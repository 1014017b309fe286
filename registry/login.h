// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "registry/credential.h"
#include "registry/http_client.h"
#include "registry/registries.h"

namespace bale::registry {

/// Asks a registry whether it takes the credential. Throws kDenied where it does not.
void check_credential(HttpClient& client, const std::string& host, const Credential& credential,
                      const RegistriesConf& conf = {}, const RegistriesOptions& options = {},
                      const std::stop_token& stop = {});

/// Keeps a credential: with the helper that the file names for the host, else in the file.
void store_login(const std::filesystem::path& file, const std::string& host,
                 const Credential& credential);

/// Forgets it; false where there was none. Both throw kFailed where the helper or the file fails.
bool remove_login(const std::filesystem::path& file, const std::string& host);

}  // namespace bale::registry
