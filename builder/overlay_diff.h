// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "oci/tar_entry.h"

namespace bale::builder {

/// The folders of an overlay that is no longer written to.
struct ChangedTree {
  std::filesystem::path upper;
  std::filesystem::path base;  ///< the layers below, merged, without the stub layer
  std::filesystem::path stub;  ///< see stub_layer.h
};

/// Visits what a command changed, in the order of a layer's tar: parents first, names sorted by
/// their bytes, a whiteout in the place of what it hides. Whiteouts are those of image-spec,
/// layer.md, "Representing Changes"; hard links name the first path of their file; folders come
/// only where they are new or differ from those below; sockets never. What podman itself left is no
/// change. `file` is the file on the host. Throws kFailed for a name that layers reserve (`.wh.`).
///
/// Returns whether the upper folder, as the lower folder of another overlay, is just what was
/// visited: nothing was left out that shows or hides something.
bool visit_changes(
    const ChangedTree& tree,
    const std::function<void(oci::TarEntry entry, const std::filesystem::path& file)>& visit);

}  // namespace bale::builder
