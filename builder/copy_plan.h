// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "builder/copy_selection.h"
#include "builder/file_mode.h"
#include "builder/file_tree.h"
#include "builder/step.h"
#include "builder/users.h"
#include "oci/tar_entry.h"

namespace bale::builder {

/// One entry of the layer to be, and the file that its content comes from.
struct PlannedEntry {
  oci::TarEntry entry;
  const SelectedSource* source = nullptr;  ///< none for folders that the step makes
  const TreeFile* file = nullptr;
};

/// What a step writes: folders that it makes or touches, and files of its selection. Sorted,
/// parents first; the same for the same selection and destination. Immutable; thread-safe.
class CopyPlan {
 public:
  /// A file of the selection, or a folder of the plan's own, under its path in the layer.
  struct Item {
    static constexpr std::uint32_t kFolder = UINT32_MAX;

    std::string path;
    std::uint32_t source = kFolder;  ///< index into the selection's sources
    std::uint32_t position = 0;      ///< of the file in its source, or of the folder in `folders`
    std::string hard_link;           ///< the entry that has the file's content, "" for none
  };
  /// What changes on the way from the source to the layer.
  struct Changes {
    std::optional<Owner> owner;
    std::optional<ModeChange> mode;
  };

  CopyPlan(std::shared_ptr<const CopySelection> selection, std::vector<oci::TarEntry> folders,
           std::vector<Item> items, Changes changes);

  bool empty() const { return items_.empty(); }
  const std::vector<Item>& items() const { return items_; }
  /// The entries are made on the way: a plan of a million files holds little but their paths.
  PlannedEntry entry(const Item& item) const;

 private:
  std::shared_ptr<const CopySelection> selection_;  // shared with the caller, who files its key
  std::vector<oci::TarEntry> folders_;
  std::vector<Item> items_;
  Changes changes_;
};

/// Where each selected file goes on top of `destination`, the files of the stage so far
/// (BuildKit's rules). Links in
/// the destination's path are followed inside it. Folders on the way that exist are entries too,
/// with the metadata they have: an unpacker that makes a folder of its own for each layer would
/// otherwise hide theirs. Throws kFailed where a file would replace a folder or the reverse, and
/// kInvalid for unknown users and for several files onto one path.
CopyPlan plan_copy(const CopyStep& step, std::shared_ptr<const CopySelection> selection,
                   const FileTree& destination);

}  // namespace bale::builder
