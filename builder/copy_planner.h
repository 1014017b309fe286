// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "builder/copy_plan.h"
#include "builder/copy_selection.h"
#include "builder/file_tree.h"
#include "builder/step.h"

namespace bale::builder {

/// Where each selected file goes on top of `destination`, the files of the stage so far
/// (BuildKit's rules). Links in the destination's path are followed inside it. Folders on the way
/// that exist are entries too, with the metadata they have: an unpacker that makes a folder of its
/// own for each layer would otherwise hide theirs. Throws kFailed where a file would replace a
/// folder or the reverse, and kInvalid for unknown users and for several files onto one path.
CopyPlan plan_copy(const CopyStep& step, std::shared_ptr<const CopySelection> selection,
                   const FileTree& destination);

}  // namespace bale::builder
