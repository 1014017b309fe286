// SPDX-License-Identifier: Apache-2.0
#include "builder/build_request.h"

namespace bale::builder {

GraphInputs graph_inputs(const BuildRequest& request) {
  return {.platforms = request.platforms,
          .build_platform = oci::Platform::host(),
          .target = request.target,
          .build_args = request.build_args,
          .named_contexts = {}};
}

}  // namespace bale::builder
