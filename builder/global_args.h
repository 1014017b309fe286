// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "builder/environment.h"
#include "builder/stage_list.h"
#include "oci/platform.h"

namespace bale::builder {

/// Which build the arguments are for.
struct ArgumentInputs {
  const std::map<std::string, std::string>& build_args;
  const oci::Platform& build_platform;
  const oci::Platform& target_platform;
  std::string target_stage;  ///< "" for the default
};

/// The arguments that FROM sees, and that `ARG NAME` brings into a stage: the platforms' and those
/// before the first FROM. Build arguments win over both. Throws kInvalid with the marked line
/// where a default cannot be expanded.
Environment global_arguments(const SourceText& source, const StageList& stages,
                             const ArgumentInputs& inputs);

/// The build arguments that no ARG declares and that have no meaning of their own either: a
/// misspelt name, most often.
std::vector<std::string> unused_build_args(const StageList& stages,
                                           const std::map<std::string, std::string>& build_args);

}  // namespace bale::builder
