// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "builder/build_plan.h"
#include "builder/build_request.h"
#include "builder/build_services.h"

namespace bale::builder {

/// What will become of a step.
struct StepForecast {
  bool cached = false;
  std::string reason = {};  ///< why it has to be carried out; "" where it is cached
};

/// Asks the cache for every step of the plan, by stage and step: `plan.stages` has them in the same
/// places. Hashes files of the context, carries out nothing, fetches nothing. Throws kFailed for a
/// COPY whose source is missing.
std::vector<std::vector<StepForecast>> forecast_steps(const BuildRequest& request,
                                                      const BuildPlan& plan,
                                                      const BuildServices& services,
                                                      const std::stop_token& stop);

}  // namespace bale::builder
