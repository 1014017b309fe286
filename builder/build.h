// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <optional>
#include <stop_token>
#include <vector>

#include "builder/build_plan.h"
#include "builder/build_request.h"
#include "builder/build_services.h"
#include "builder/image_assembly.h"

namespace bale::builder {

/// A platform that could not be built.
struct PlatformFailure {
  oci::Platform platform;
  std::exception_ptr error;
};

/// What a build made: all images are in the store, layers of base images excepted.
struct BuildOutcome {
  std::vector<PlatformImage> images;               ///< in the order of the platforms
  std::vector<PlatformFailure> failures;           ///< likewise
  std::optional<oci::Document<oci::Index>> index;  ///< where several platforms were asked for

  /// The index, else the one image. There must be one.
  const oci::Descriptor& root() const;
};

/// Builds all platforms; one that fails does not stop the others. `plan` is that of the request.
/// Throws kInterrupted when `stop` was requested.
BuildOutcome build(const BuildRequest& request, const BuildPlan& plan,
                   const BuildServices& services, std::stop_token stop);

}  // namespace bale::builder
