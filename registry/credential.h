// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "registry/secret.h"

namespace bale::registry {

/// Who we are to one registry, and who said so.
struct Credential {
  std::string username = {};
  Secret password = {};
  Secret identity_token = {};  ///< exchanged for access tokens in place of a password
  Secret registry_token = {};  ///< an access token, used as it is
  std::string source = {};     ///< for messages: "$REGISTRY_TOKEN", "/root/.docker/config.json"
};

}  // namespace bale::registry
