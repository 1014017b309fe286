// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/dockerfile.h"
#include "builder/instruction.h"

namespace bale::builder {

/// A stage as the Dockerfile has it.
struct Stage {
  FromInstruction from;
  SourceRange range;  ///< of its FROM
  char escape = '\\';
  std::vector<Instruction> instructions;
};

/// All stages, and the ARGs before the first FROM.
struct StageList {
  std::vector<Instruction> global_args;
  std::vector<Stage> stages;
};

/// Throws kInvalid with the marked line for what stands before the first FROM and is no ARG, for a
/// file without FROM or with over 1000 stages, and whatever `parse_instruction` throws.
StageList parse_stages(const Dockerfile& dockerfile);

}  // namespace bale::builder
