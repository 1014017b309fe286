// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tools/command_line.h"
#include "tools/terminal.h"

namespace bale::tools {

/// The options that every command takes, before or after its name.
struct GlobalOptions {
  std::string store;  ///< as given; `store_path` knows the default
  std::string authfile;
  std::optional<bool> tls_verify;
  TerminalOptions terminal;
  /// How registries are treated.
  std::optional<std::size_t> retries;
  std::optional<std::size_t> max_concurrent;
  std::uint64_t rate_limit = 0;  ///< bytes a second; 0: none
  bool quiet = false;
  bool offline = false;
};

void add_global_options(const Command& bale, GlobalOptions& options);

/// `--store`, else $BALE_STORE, else $XDG_DATA_HOME/bale, else ~/.local/share/bale. Absolute: steps
/// of a build run in other folders.
std::filesystem::path store_path(const GlobalOptions& options);

}  // namespace bale::tools
