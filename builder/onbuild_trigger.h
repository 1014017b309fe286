// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "builder/instruction.h"

namespace bale::builder {

/// The instruction that an ONBUILD of a base left for its children. It stands in no line of this
/// Dockerfile, so it is told under the place of the FROM that brought it in. Throws kInvalid, with
/// that line marked, where it is not one instruction, or one that cannot be a trigger.
Instruction parse_onbuild_trigger(const std::string& trigger, const SourceText& source,
                                  SourceRange from);

}  // namespace bale::builder
