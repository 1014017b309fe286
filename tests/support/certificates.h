// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace bale::test {

/// Makes an authority (`ca.crt`) and what it vouches for: `server.crt` for 127.0.0.1 and
/// `client.crt`, each with its `.key`.
void make_certificates(const std::filesystem::path& folder);

}  // namespace bale::test
