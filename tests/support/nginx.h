// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace bale::test {

/// nginx as it stands before registries: one process, everything that it keeps in a folder of its
/// own.
class Nginx {
 public:
  /// The inside of its `http` block; `@PORT@` stands for the port to listen on, `@FOLDER@` for the
  /// folder.
  explicit Nginx(const std::string& configuration);

  /// What passes everything on to `HOST:PORT`, with further lines for its `location`.
  static std::string in_front_of(const std::string& server, const std::string& more = "");
  /// The same over TLS with HTTP/2, by `server.crt` and `server.key` of a folder, which gets a line
  /// for each request in `access.log`: protocol, connection, method, bytes of the request.
  static std::string tls_in_front_of(const std::string& server,
                                     const std::filesystem::path& certificates);
  static bool is_installed();

  std::string host() const { return process_.host(); }
  int port() const { return process_.port(); }

 private:
  ScratchFolder folder_;
  ServerProcess process_;
};

}  // namespace bale::test
