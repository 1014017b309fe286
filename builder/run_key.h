// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "builder/cache_key.h"
#include "builder/layer_tables.h"
#include "builder/step.h"
#include "oci/platform.h"

namespace bale::builder {

/// What decides the result of a RUN, beside the step itself.
struct RunKeyInputs {
  const oci::Platform& platform;
  const std::vector<StageLayer>& layers;  ///< what the command sees: their DiffIDs count
  std::string_view layer_format;          ///< how its layer is packed
  /// For each bind and cache mount with files of an origin, in order: the key of those files.
  const std::vector<CacheKey>& mounted_files;
};

/// The key of a RUN: its command, environment, folder, user, network, mounts, and the files that it
/// starts from. Contents of secrets and values of undeclared proxies count for nothing.
CacheKey run_key(const RunStep& step, const RunKeyInputs& inputs);

}  // namespace bale::builder
