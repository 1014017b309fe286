// SPDX-License-Identifier: Apache-2.0
#include "builder/global_args.h"

#include <optional>
#include <string_view>

#include "builder/expand.h"

namespace bale::builder {

namespace {

void add_platform(Environment& into, const std::string& prefix, const oci::Platform& platform) {
  into.set(prefix + "PLATFORM", platform.to_string());
  into.set(prefix + "OS", platform.os);
  into.set(prefix + "OSVERSION", platform.os_version);
  into.set(prefix + "ARCH", platform.architecture);
  into.set(prefix + "VARIANT", platform.variant);
}

std::optional<std::string> value_of(const SourceText& source, const Instruction& instruction,
                                    const ArgInstruction::Definition& definition,
                                    const Environment& known) {
  if (!definition.value) return known.get(definition.name);
  const auto lookup = [&known](std::string_view name) { return known.get(name); };
  try {
    return expand(*definition.value, lookup, instruction.escape).text;
  } catch (const oci::Error& error) {
    throw at_source(error, source, instruction.range, *definition.value);
  }
}

}  // namespace

Environment global_arguments(const SourceText& source, const StageList& stages,
                             const ArgumentInputs& inputs) {
  Environment result;
  add_platform(result, "BUILD", inputs.build_platform);
  add_platform(result, "TARGET", inputs.target_platform);
  result.set("TARGETSTAGE", inputs.target_stage.empty() ? "default" : inputs.target_stage);
  for (const auto& name : result.names()) {
    const auto given = inputs.build_args.find(name);
    if (given != inputs.build_args.end()) result.set(name, given->second);
  }
  for (const auto& instruction : stages.global_args) {
    for (const auto& definition : std::get<ArgInstruction>(instruction.body).definitions) {
      const auto given = inputs.build_args.find(definition.name);
      const auto value = given != inputs.build_args.end()
                             ? given->second
                             : value_of(source, instruction, definition, result);
      if (value) result.set(definition.name, *value);
    }
  }
  return result;
}

}  // namespace bale::builder
