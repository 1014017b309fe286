// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder/executor.h"
#include "builder/run_settings.h"
#include "builder/step.h"
#include "builder/step_mounts.h"

namespace bale::builder {

/// The command of a step with all that it sees; `name`, `root` and `scratch` are left to the
/// caller. Throws kInvalid for rights that nobody gave it.
RunRequest make_run_request(const RunStep& step, const RunSettings& settings,
                            const StepMounts& mounts);

}  // namespace bale::builder
