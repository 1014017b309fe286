// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tools/terminal.h"

namespace CLI {
class App;
}

namespace bale::tools {

/// The options that every command takes, before or after its name.
struct GlobalOptions {
  std::filesystem::path store;  ///< as given; `store_path` knows the default
  std::string authfile;
  std::optional<bool> tls_verify;
  TerminalOptions terminal;
  bool quiet = false;
  bool offline = false;
};

void add_global_options(CLI::App& app, GlobalOptions& options);

/// `--store`, else $BALE_STORE, else $XDG_DATA_HOME/bale, else ~/.local/share/bale.
std::filesystem::path store_path(const GlobalOptions& options);

}  // namespace bale::tools
