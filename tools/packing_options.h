// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "oci/layer_options.h"
#include "tools/command_line.h"

namespace bale::tools {

/// How layers are packed, as it was typed.
struct PackingOptions {
  std::string compression;  ///< "": not given
  std::string level = "default";
};

/// `--compression` and `--compression-level`.
struct PackingFlags {
  Option compression;
  Option level;
};

/// `target` must live until the command line is parsed.
PackingFlags add_packing_options(const Command& command, PackingOptions& target);

/// What they mean; gzip where no compression was given. Throws kInvalid.
oci::LayerOptions parse_layer_options(const PackingOptions& options);

}  // namespace bale::tools
