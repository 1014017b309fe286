// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/fd.h"

namespace bale::tools {

/// A descriptor of its own for what comes on standard input: for an oci::PipeSource, since nothing
/// may ever come.
oci::UniqueFd standard_input();

}  // namespace bale::tools
