// SPDX-License-Identifier: Apache-2.0
#include "builder/stage_list.h"

#include <utility>

namespace bale::builder {

namespace {

/// Nobody writes so many; stages that stand on each other are walked by recursion.
constexpr std::size_t kMaxStages = 1000;

void add_instruction(StageList& list, const SourceText& source, Instruction instruction) {
  if (auto* from = std::get_if<FromInstruction>(&instruction.body)) {
    if (list.stages.size() == kMaxStages) {
      throw source_error(source, instruction.range, "the Dockerfile has more than 1000 stages");
    }
    list.stages.push_back({std::move(*from), instruction.range, instruction.escape, {}});
  } else if (!list.stages.empty()) {
    list.stages.back().instructions.push_back(std::move(instruction));
  } else if (std::holds_alternative<ArgInstruction>(instruction.body)) {
    list.global_args.push_back(std::move(instruction));
  } else {
    throw source_error(source, instruction.range, "no stage begins before this instruction", {},
                       "a Dockerfile begins with FROM; only ARG may stand before it");
  }
}

}  // namespace

StageList parse_stages(const Dockerfile& dockerfile) {
  StageList list;
  for (const auto& node : dockerfile.nodes) {
    add_instruction(list, dockerfile.source, parse_instruction(dockerfile.source, node));
  }
  if (list.stages.empty()) {
    throw source_error(dockerfile.source, dockerfile.nodes.back().range,
                       "the Dockerfile has no FROM");
  }
  return list;
}

}  // namespace bale::builder
