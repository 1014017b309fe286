// SPDX-License-Identifier: Apache-2.0
#include "builder/global_args.h"

#include <optional>
#include <set>
#include <string_view>

#include "builder/expand.h"
#include "builder/words.h"

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

void add_declared(std::set<std::string>& into, const std::vector<Instruction>& instructions) {
  for (const auto& instruction : instructions) {
    const auto* arg = std::get_if<ArgInstruction>(&instruction.body);
    if (arg == nullptr) continue;
    for (const auto& definition : arg->definitions) into.insert(definition.name);
  }
}

/// Proxies, platforms, and what BuildKit's own machinery reads.
bool has_meaning_of_its_own(const std::string& name) {
  const std::string capitals = upper(name);
  const bool is_proxy = capitals.ends_with("_PROXY");
  return is_proxy || name.starts_with("TARGET") || name.starts_with("BUILD") ||
         name == "SOURCE_DATE_EPOCH";
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

std::vector<std::string> unused_build_args(const StageList& stages,
                                           const std::map<std::string, std::string>& build_args) {
  std::set<std::string> declared;
  add_declared(declared, stages.global_args);
  for (const auto& stage : stages.stages) add_declared(declared, stage.instructions);
  std::vector<std::string> unused;
  for (const auto& [name, value] : build_args) {
    if (declared.count(name) == 0 && !has_meaning_of_its_own(name)) unused.push_back(name);
  }
  return unused;
}

}  // namespace bale::builder
