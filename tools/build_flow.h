// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bale::tools {

class Program;
struct BuildOptions;

/// Carries out `bale build`: builds, stores, tags, exports, pushes, and tells. Returns the exit
/// status.
int run_build(Program& program, const BuildOptions& options);

}  // namespace bale::tools
