// SPDX-License-Identifier: Apache-2.0
#include "builder/lint_stages.h"

#include <set>
#include <utility>

#include "builder/expand.h"
#include "builder/global_args.h"
#include "builder/words.h"
#include "oci/nearest.h"
#include "oci/reference.h"

namespace bale::builder {

namespace {

bool is_upper(const std::string& text) { return text == upper(text); }
bool is_lower(const std::string& text) { return text == lower(text); }

class StageLinter {
 public:
  StageLinter(const Dockerfile& dockerfile, const StageList& stages, const GraphInputs& inputs)
      : dockerfile_(dockerfile),
        stages_(stages),
        known_(arguments(inputs.build_args, inputs)),
        defaults_(arguments({}, inputs)) {}

  std::vector<LintWarning> run() {
    for (const auto& node : dockerfile_.nodes) {
      if (equal_ignoring_case(node.keyword, "from")) check_words(node);
    }
    for (const auto& stage : stages_.stages) {
      check_image(stage);
      if (!stage.from.platform.empty()) check_platform(stage);
      if (!stage.from.name.empty()) names_.insert(stage.from.name);
    }
    return std::move(warnings_);
  }

 private:
  Environment arguments(const std::map<std::string, std::string>& build_args,
                        const GraphInputs& inputs) const {
    return global_arguments(
        dockerfile_.source, stages_,
        {build_args, inputs.build_platform, inputs.platforms.front(), inputs.target});
  }

  void warn(const char* rule, std::string message, SourceRange range, std::string word) {
    warnings_.push_back({rule, std::move(message), range, std::move(word)});
  }

  /// What only the words as they were written tell.
  void check_words(const Node& node) {
    const auto words = split_blanks(node.arguments);
    if (words.size() != 3) return;
    const std::string& as = words[1];
    const std::string& name = words[2];
    const bool differs =
        (is_upper(node.keyword) && !is_upper(as)) || (is_lower(node.keyword) && !is_lower(as));
    if (differs) {
      warn("FromAsCasing", "'" + as + "' and '" + node.keyword + "' keywords' casing do not match",
           node.range, as);
    }
    if (!is_lower(name)) {
      warn("StageNameCasing", "Stage name '" + name + "' should be lowercase", node.range, name);
    }
    const std::string lowered = lower(name);
    if (lowered == "scratch" || lowered == "context") {
      warn("ReservedStageName",
           "Stage name should not use the same name as reserved stage \"" + lowered + "\"",
           node.range, name);
    }
    if (!seen_.insert(lowered).second) {
      warn("DuplicateStageName",
           "Duplicate stage name \"" + name + "\", stage names should be unique", node.range, name);
    }
  }

  void check_image(const Stage& stage) {
    warn_of_undeclared(stage, stage.from.image);
    // A build that names no build arguments should find an image too.
    const std::string image = expanded(stage, stage.from.image, defaults_).text;
    if (stage.from.image.find('$') == std::string::npos || names_.count(lower(image)) != 0) return;
    if (image == "scratch" || is_reference(image)) return;
    warn("InvalidDefaultArgInFrom",
         "Default value for ARG " + stage.from.image +
             " results in an empty or invalid base image name",
         stage.range, stage.from.image);
  }

  void check_platform(const Stage& stage) {
    const std::string& platform = stage.from.platform;
    warn_of_undeclared(stage, platform);
    if (platform == "$TARGETPLATFORM" || platform == "${TARGETPLATFORM}") {
      warn("RedundantTargetPlatform",
           "Setting platform to predefined " + platform +
               " in FROM is redundant as this is the default behavior",
           stage.range, platform);
    }
    if (platform.find('$') == std::string::npos && !is_named_after(stage, platform)) {
      warn("FromPlatformFlagConstDisallowed",
           "FROM --platform flag should not use constant value \"" + platform + "\"", stage.range,
           platform);
    }
  }

  /// A stage `build-arm64` is pinned on purpose.
  static bool is_named_after(const Stage& stage, const std::string& text) {
    try {
      const auto platform = oci::Platform::parse(text);
      return stage.from.name.find(platform.os) != std::string::npos ||
             stage.from.name.find(platform.architecture) != std::string::npos;
    } catch (const oci::Error&) {
      return true;  // the graph will tell that it is no platform
    }
  }

  void warn_of_undeclared(const Stage& stage, const std::string& text) {
    for (const auto& name : expanded(stage, text, known_).unset) {
      const std::string near = oci::nearest(name, known_.names());
      const std::string hint = near.empty() ? "" : " (did you mean " + near + "?)";
      warn("UndefinedArgInFrom", "FROM argument '" + name + "' is not declared" + hint, stage.range,
           text);
    }
  }

  static Expansion expanded(const Stage& stage, const std::string& text,
                            const Environment& arguments) {
    const auto lookup = [&arguments](std::string_view name) { return arguments.get(name); };
    try {
      return expand(text, lookup, stage.escape);
    } catch (const oci::Error&) {
      return {};  // the graph will tell it, where the stage is needed
    }
  }

  static bool is_reference(const std::string& text) {
    try {
      oci::Reference::parse(text);
      return true;
    } catch (const oci::Error&) {
      return false;
    }
  }

  const Dockerfile& dockerfile_;
  const StageList& stages_;
  Environment known_;
  Environment defaults_;
  std::set<std::string> seen_;   ///< while the words are checked
  std::set<std::string> names_;  ///< of the stages before the one that is checked
  std::vector<LintWarning> warnings_;
};

}  // namespace

std::vector<LintWarning> lint_stages(const Dockerfile& dockerfile, const StageList& stages,
                                     const GraphInputs& inputs) {
  return StageLinter(dockerfile, stages, inputs).run();
}

}  // namespace bale::builder
