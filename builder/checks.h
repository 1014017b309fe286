// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "builder/build_request.h"
#include "builder/check_directive.h"
#include "builder/ignore_file.h"
#include "builder/lint_warning.h"
#include "builder/stage_evaluation.h"
#include "builder/stage_list.h"

namespace bale::builder {

/// What the checks say of a Dockerfile that builds.
struct CheckReport {
  std::vector<LintWarning> warnings;  ///< in the order of lines, without what the file skips
  WarningsAre severity = WarningsAre::kWarnings;
  std::vector<std::string> unused_build_args;
};

/// The rules about the text, and those about what evaluated stages came to. Throws kInvalid for a
/// check directive that makes no sense.
CheckReport check_stages(const BuildRequest& request, const StageList& list,
                         const std::vector<StageEvaluation>& stages, const IgnoreMatcher& ignore);

/// The config of an image; nothing where it cannot be had.
using FindConfig = std::function<std::optional<oci::ImageConfig>(const BaseImage& image)>;

/// The same for a request alone, with all stages where it names no target. `find_config` is asked
/// for images only where their variables decide whether there is something to warn of. Throws
/// kInvalid for whatever would fail a build before it runs anything.
CheckReport check_request(const BuildRequest& request, const FindConfig& find_config);

/// Throws kInvalid, naming the rules, where there are warnings and the Dockerfile makes them
/// errors.
void require_clean(const CheckReport& report);

/// `Dockerfile:3: MESSAGE (RULE)`, and on further lines the marked source.
std::string describe(const LintWarning& warning, const SourceText& source);

}  // namespace bale::builder
