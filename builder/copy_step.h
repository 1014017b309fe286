// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder/copy_plan.h"
#include "builder/file_tree.h"
#include "builder/step.h"
#include "oci/layer_writer.h"

namespace bale::builder {

/// Adds what the plan says to a layer; the caller finishes it. Files on disk are added in the order
/// of the plan, each read once. What has to be streamed out of other layers comes after all that,
/// in the order in which one pass over each layer gives it, and links to it last.
void run_copy(const CopyPlan& plan, oci::LayerWriter& layer);

/// The folders that WORKDIR makes on top of `files`, parents first: none where it exists, links
/// followed. They are 0755 and owned by the step's user; existing folders above the first come with
/// them as they are. Throws kFailed where a file is in the way, kInvalid for an unknown user.
std::vector<oci::TarEntry> plan_workdir(const WorkdirStep& step, const FileTree& files,
                                        oci::FileTime mtime);

}  // namespace bale::builder
