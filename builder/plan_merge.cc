// SPDX-License-Identifier: Apache-2.0
#include "builder/plan_merge.h"

#include <algorithm>

#include "builder/tree_path.h"

namespace bale::builder {

PlanMerge::Lane::Lane(const CopyPlan::Singles& singles)
    : next_single_(singles.begin()), last_single_(singles.end()) {}

PlanMerge::Lane::Lane(const CopyPlan::Run& run, const FileList& files)
    : run_(&run), top_(files.front().entry.path), file_(files.begin()), turn_(run.source) {}

bool PlanMerge::Lane::advance() {
  if (run_ != nullptr) {
    FileList::Iterator& file = *file_;
    ++file;  // at first past the root
    if (file == FileList::end()) return false;
    path_ = join_path(run_->target, path_below(file->entry.path, top_));
    return true;
  }
  if (next_single_ == last_single_) return false;
  single_ = next_single_++;
  path_ = single_->first;
  turn_ = single_->second.turn;
  return true;
}

PlanMerge::PlanMerge(const CopySelection& selection, const CopyPlan::Parts& parts) {
  lanes_.reserve(parts.runs.size() + 1);
  lanes_.emplace_back(parts.singles);
  for (const CopyPlan::Run& run : parts.runs)
    lanes_.emplace_back(run, selection.sources[run.source].files);
  for (Lane& each : lanes_) here_.push_back(&each);
}

bool PlanMerge::after(const Lane* left, const Lane* right) {
  if (left->path() != right->path()) return TreeOrder()(right->path(), left->path());
  return left->turn() > right->turn();
}

bool PlanMerge::next() {
  for (Lane* each : here_) {
    if (!each->advance()) continue;
    waiting_.push_back(each);
    std::push_heap(waiting_.begin(), waiting_.end(), after);
  }
  here_.clear();
  while (!waiting_.empty() &&
         (here_.empty() || waiting_.front()->path() == here_.front()->path())) {
    std::pop_heap(waiting_.begin(), waiting_.end(), after);
    here_.push_back(waiting_.back());
    waiting_.pop_back();
  }
  return !here_.empty();
}

}  // namespace bale::builder
