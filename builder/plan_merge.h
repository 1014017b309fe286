// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "builder/copy_plan.h"

namespace bale::builder {

/// Brings the runs and single entries of a plan into one order. What several sources put under one
/// path comes together, the one that wins last. One thread at a time.
class PlanMerge {
 public:
  /// A run or all single entries, at one of their entries.
  class Lane {
   public:
    explicit Lane(const CopyPlan::Singles& singles);
    Lane(const CopyPlan::Run& run, const FileList& files);

    /// In the layer.
    const std::string& path() const { return path_; }
    std::uint32_t turn() const { return turn_; }
    /// Null for single entries.
    const CopyPlan::Run* run() const { return run_; }
    const CopyPlan::Single& single() const { return single_->second; }
    /// Of a run.
    const FileList::Iterator& file() const { return *file_; }

   private:
    friend class PlanMerge;
    /// From before the first entry to the first, or to the next; false at the end.
    bool advance();

    const CopyPlan::Run* run_ = nullptr;
    std::string top_;  ///< the path of the run's root in its tree
    std::optional<FileList::Iterator> file_;
    CopyPlan::Singles::const_iterator next_single_;
    CopyPlan::Singles::const_iterator last_single_;
    CopyPlan::Singles::const_iterator single_;
    std::string path_;
    std::uint32_t turn_ = 0;
  };

  /// Both must outlive the merge.
  PlanMerge(const CopySelection& selection, const CopyPlan::Parts& parts);

  /// Goes on to the next path; false at the end.
  bool next();
  /// All that stands under the path. Not empty; valid until `next`.
  const std::vector<Lane*>& lanes() const { return here_; }

 private:
  static bool after(const Lane* left, const Lane* right);

  std::vector<Lane> lanes_;
  std::vector<Lane*> waiting_;  // a heap, the next path first
  std::vector<Lane*> here_;
};

}  // namespace bale::builder
