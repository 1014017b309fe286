// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "builder/copy_selection.h"
#include "builder/file_mode.h"
#include "builder/file_tree.h"
#include "builder/tree_path.h"
#include "builder/users.h"
#include "oci/tar_entry.h"

namespace bale::builder {

/// One entry of the layer to be, and the file that it is made of.
struct PlannedEntry {
  oci::TarEntry entry;
  std::optional<std::uint32_t> source;  ///< of the selection; none for folders that the step makes
  std::size_t position = 0;             ///< of the file in its source
  TreeFile file = {};                   ///< as it is there
};

/// What a step writes: folders that it makes or touches, and files of its selection. Sorted,
/// parents first; the same for the same selection and destination. Holds no entries: they are made
/// while the plan is read, so that a plan of a million files costs no more than the selection that
/// it speaks of. Immutable; thread-safe.
class CopyPlan {
 public:
  class Reader;

  /// Where one entry comes from.
  struct Single {
    std::optional<std::uint32_t> source;  ///< none for a folder of the plan's own
    std::size_t position = 0;             ///< in the source, or in `folders`
    std::uint32_t turn = 0;               ///< the source that it was placed with: later ones win
  };
  using Singles = std::map<std::string, Single, TreeOrder>;
  /// All that is below the root of a source goes below a folder of the layer.
  struct Run {
    std::uint32_t source = 0;  ///< which is its turn, too
    std::string target;
  };
  /// What changes on the way from the source to the layer.
  struct Changes {
    std::optional<Owner> owner;
    std::optional<ModeChange> mode;
  };
  struct Parts {
    Singles singles;
    std::vector<Run> runs;
    std::vector<oci::TarEntry> folders;
    Changes changes;
  };

  CopyPlan(std::shared_ptr<const CopySelection> selection, Parts parts)
      : selection_(std::move(selection)), parts_(std::move(parts)) {}

  bool empty() const;
  const CopySelection& selection() const { return *selection_; }

 private:
  std::shared_ptr<const CopySelection> selection_;  // shared with the caller, who files its key
  Parts parts_;
};

/// Goes over a plan once. The plan must outlive it. One thread at a time.
class CopyPlan::Reader {
 public:
  explicit Reader(const CopyPlan& plan);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The next entry, valid until the one after it is asked for; null at the end.
  const PlannedEntry* next();

 private:
  struct State;

  void make_entry(const std::string& path);
  void link_names();

  const CopyPlan& plan_;
  std::unique_ptr<State> state_;
  PlannedEntry entry_;
};

}  // namespace bale::builder
