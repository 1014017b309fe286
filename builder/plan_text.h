// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "builder/build_plan.h"
#include "builder/plan_forecast.h"

namespace bale::builder {

/// A plan for people: its stages in the order of their numbers, each with its platform, what it
/// stands on, the stages that it needs, and its steps; then what no target needs, and the targets.
/// The same plan gives the same text. `forecasts` may be empty, else it has one for each step.
std::string describe_plan(const BuildRequest& request, const BuildPlan& plan,
                          const std::vector<std::vector<StepForecast>>& forecasts);

}  // namespace bale::builder
