// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/manifest_options.h"
#include "tools/program.h"

namespace bale::tools {

// Each carries out one command of `bale manifest` and returns the exit status.

/// Makes the index be exactly its sources, under each of its names.
int create_index(Program& program, const ManifestOptions& options);
int add_to_index(Program& program, const ManifestOptions& options);
int annotate_index(Program& program, const ManifestOptions& options);
int remove_from_index(Program& program, const ManifestOptions& options);
/// Says by its status alone whether the name is an index.
int index_exists(Program& program, const ManifestOptions& options);
int print_index(Program& program, const ManifestOptions& options);
int push_index(Program& program, const ManifestOptions& options);
int remove_indexes(Program& program, const ManifestOptions& options);

}  // namespace bale::tools
