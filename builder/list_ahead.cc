// SPDX-License-Identifier: Apache-2.0
#include "builder/list_ahead.h"

#include <atomic>
#include <future>
#include <utility>
#include <vector>

namespace bale::builder {

namespace {

constexpr std::size_t kFoldersAhead = 8;
constexpr std::size_t kFilesAhead = 1000;  // of one folder

/// Nothing where the folder holds more than is listed ahead.
std::optional<std::vector<TreeFile>> list_small(const FileTree& tree, const std::string& folder) {
  std::vector<TreeFile> files;
  bool is_large = false;
  tree.each(folder, [&](TreeFile file) {
    is_large = files.size() == kFilesAhead;
    if (!is_large) files.push_back(std::move(file));
    return is_large ? FileTree::Visit::kEnough : FileTree::Visit::kGoOn;
  });
  if (is_large) return std::nullopt;
  return files;
}

}  // namespace

/// Made by whoever claims it first: a task, or the one who needs it now.
struct ListAhead::Listing {
  std::atomic_flag claimed;
  std::promise<std::optional<std::vector<TreeFile>>> files;
};

ListAhead::~ListAhead() {
  for (const auto& [folder, listing] : started_)
    if (listing->claimed.test_and_set()) listing->files.get_future().wait();
}

void ListAhead::expect(const std::deque<std::string>& folders) {
  if (pool_ == nullptr || pool_->size() < 2) return;
  expected_.insert(expected_.begin(), folders.begin(), folders.end());
  start_some();
}

void ListAhead::start_some() {
  while (!expected_.empty() && started_.size() < kFoldersAhead) {
    start(expected_.front());
    expected_.pop_front();
  }
}

void ListAhead::start(const std::string& folder) {
  auto listing = std::make_shared<Listing>();  // shared with its task
  started_.emplace(folder, listing);
  pool_->submit([listing, folder, &tree = tree_] {
    if (listing->claimed.test_and_set()) return;
    try {
      listing->files.set_value(list_small(tree, folder));
    } catch (...) {
      listing->files.set_exception(std::current_exception());
    }
  });
}

void ListAhead::each(const std::string& folder, const FileTree::FileVisitor& visit) {
  if (!expected_.empty() && expected_.front() == folder) expected_.pop_front();
  const auto found = started_.extract(folder);
  start_some();
  if (!found || !found.mapped()->claimed.test_and_set()) return tree_.each(folder, visit);
  auto files = found.mapped()->files.get_future().get();
  if (!files) return tree_.each(folder, visit);
  for (TreeFile& file : *files)
    if (visit(std::move(file)) == FileTree::Visit::kEnough) return;
}

}  // namespace bale::builder
