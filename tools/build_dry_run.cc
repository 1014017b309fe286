// SPDX-License-Identifier: Apache-2.0
#include "tools/build_dry_run.h"

#include "builder/plan_forecast.h"
#include "builder/plan_text.h"
#include "tools/build_check.h"
#include "tools/build_results.h"
#include "tools/exit_status.h"
#include "tools/terminal.h"

namespace bale::tools {

namespace {

/// Tells of targets that a build could not even begin.
void warn_of_refused_targets(Program& program, const builder::BuildRequest& request,
                             const builder::BuildPlan& plan,
                             const builder::BuildServices& services) {
  for (std::size_t i = 0; i < request.platforms.size(); ++i) {
    const auto refusal = builder::refuse_target(plan.graph, plan.graph.targets()[i], services);
    if (!refusal) continue;
    program.progress().warn(request.platforms[i].to_string() +
                            " cannot be built here: " + error_of(refusal).what());
  }
}

}  // namespace

int run_dry(Program& program, BuildParts& parts, const builder::BuildRequest& request,
            const std::vector<oci::Reference>& names, bool push) {
  const auto services = parts.services();
  const auto plan = builder::plan_build(request, services, program.stop());
  report_checks(program, request, plan.checks);
  warn_of_refused_targets(program, request, plan, services);
  const auto forecasts = builder::forecast_steps(request, plan, services, program.stop());
  parts.save();
  std::string text = builder::describe_plan(request, plan, forecasts);
  for (const auto& name : names) {
    text += (push ? "to be pushed as " : "to be named ") + name.to_string() + "\n";
  }
  print(text);
  return exit_status::kDone;
}

}  // namespace bale::tools
