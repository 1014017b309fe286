// SPDX-License-Identifier: Apache-2.0
#include "builder/onbuild_trigger.h"

#include "builder/dockerfile.h"

namespace bale::builder {

namespace {

Instruction parse_trigger(const std::string& trigger) {
  const Dockerfile text = parse_dockerfile(trigger, "ONBUILD trigger");
  if (text.nodes.size() != 1) {
    throw source_error(text.source, text.nodes[1].range, "more than one instruction");
  }
  Instruction instruction = parse_instruction(text.source, text.nodes.front());
  const bool allowed = !std::holds_alternative<FromInstruction>(instruction.body) &&
                       !std::holds_alternative<OnbuildInstruction>(instruction.body) &&
                       !std::holds_alternative<MaintainerInstruction>(instruction.body);
  if (!allowed) {
    throw source_error(text.source, instruction.range, "this instruction cannot be a trigger");
  }
  return instruction;
}

}  // namespace

Instruction parse_onbuild_trigger(const std::string& trigger, const SourceText& source,
                                  SourceRange from) {
  try {
    Instruction instruction = parse_trigger(trigger);
    instruction.range = from;
    return instruction;
  } catch (const oci::Error& error) {
    throw at_source(error, source, from);
  }
}

}  // namespace bale::builder
