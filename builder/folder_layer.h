// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder/file_tree.h"
#include "oci/layer_writer.h"

namespace bale::builder {

/// Writes all that a tree on disk holds as a layer, in the order of the names: what stands in the
/// tree's root comes to stand in the image's, whose own mode and owner stay. Throws kInvalid for a
/// tree that is not on disk.
void write_folder(const FileTree& tree, oci::LayerWriter& out);

}  // namespace bale::builder
