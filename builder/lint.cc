// SPDX-License-Identifier: Apache-2.0
#include "builder/lint.h"

#include <algorithm>
#include <iterator>

#include "builder/lint_instructions.h"
#include "builder/lint_stages.h"
#include "builder/words.h"

namespace bale::builder {

std::vector<LintWarning> lint(const Dockerfile& dockerfile, const StageList& stages,
                              const GraphInputs& inputs) {
  std::vector<LintWarning> all = lint_spelling(dockerfile);
  for (auto& some : {lint_stages(dockerfile, stages, inputs), lint_instructions(stages)}) {
    std::copy(some.begin(), some.end(), std::back_inserter(all));
  }
  std::stable_sort(all.begin(), all.end(), [](const LintWarning& a, const LintWarning& b) {
    return a.range.first_line < b.range.first_line;
  });
  return all;
}

LintWarning copy_ignored_file(const std::string& keyword, const std::string& source,
                              SourceRange range) {
  return {"CopyIgnoredFile",
          "Attempting to " + lower(keyword) + " file \"" + source +
              "\" that is excluded by the ignore file",
          range, source};
}

}  // namespace bale::builder
