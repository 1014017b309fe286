// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_plan.h"

#include <algorithm>

#include "builder/plan_merge.h"

namespace bale::builder {

bool CopyPlan::empty() const {
  return parts_.singles.empty() &&
         std::all_of(parts_.runs.begin(), parts_.runs.end(), [this](const Run& run) {
           return selection_->sources[run.source].files.size() == 1;  // its root
         });
}

struct CopyPlan::Reader::State {
  PlanMerge merge;
  /// Under which path a file with several names stands first.
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::string> named;
};

CopyPlan::Reader::Reader(const CopyPlan& plan)
    : plan_(plan),
      state_(std::make_unique<State>(State{PlanMerge(*plan.selection_, plan.parts_), {}})) {}

CopyPlan::Reader::~Reader() = default;

const PlannedEntry* CopyPlan::Reader::next() {
  if (!state_->merge.next()) return nullptr;
  const PlanMerge::Lane& winner = *state_->merge.lanes().back();
  if (winner.run() != nullptr) {
    entry_.source = winner.run()->source;
    entry_.position = winner.file().position();
    entry_.file = *winner.file();
  } else {
    const Single& single = winner.single();
    entry_.source = single.source;
    entry_.position = single.position;
    if (!single.source) {
      entry_.entry = plan_.parts_.folders[single.position];
      return &entry_;
    }
    entry_.file = plan_.selection_->sources[*single.source].files.at(single.position);
  }
  make_entry(winner.path());
  link_names();
  return &entry_;
}

void CopyPlan::Reader::make_entry(const std::string& path) {
  oci::TarEntry& entry = entry_.entry = entry_.file.entry;
  entry.path = path;
  const auto& [owner, mode] = plan_.parts_.changes;
  if (owner) {
    entry.uid = owner->uid;
    entry.gid = owner->gid;
  }
  const bool is_unpacked = plan_.selection_->sources[*entry_.source].is_archive;
  if (mode && !is_unpacked && entry.type != oci::FileType::kSymlink)
    entry.mode = mode->apply(entry.mode, entry_.file.is_directory());
}

/// Of the names of one file of a source the first has the content, the others link to it.
void CopyPlan::Reader::link_names() {
  oci::TarEntry& entry = entry_.entry;
  if (entry_.file.link_group == 0) return;
  const auto [first, is_new] =
      state_->named.try_emplace({*entry_.source, entry_.file.link_group}, entry.path);
  if (is_new) return;
  entry.type = oci::FileType::kHardLink;
  entry.link_target = first->second;
  entry.size = 0;
}

}  // namespace bale::builder
