// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "oci/image_format.h"
#include "tools/packing_options.h"

namespace bale::tools {

/// What the command line says of a copy.
struct CopyOptions {
  std::vector<std::string> names;  // the sources, and last the destination
  std::vector<std::string> platforms;
  PackingOptions packing;
  std::optional<oci::ImageFormat> format;
  bool all = false;
  bool force = false;
  bool referrers = false;

  std::span<const std::string> sources() const { return std::span(names).first(names.size() - 1); }
};

}  // namespace bale::tools
