// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "registry/http_message.h"

namespace bale::registry {

/// What folders of containers-certs.d(5) hold for a host, as it is typed: `*.crt` are authorities
/// beside the system's, `NAME.cert` with `NAME.key` is our own certificate. The first folder that
/// has one for the host counts. Throws kInvalid for one half of a pair.
TlsOptions load_certs_d(const std::vector<std::filesystem::path>& folders, const std::string& host);

/// `~/.config/containers/certs.d`, `/etc/containers/certs.d`, `/etc/docker/certs.d`.
std::vector<std::filesystem::path> default_certs_d();

}  // namespace bale::registry
