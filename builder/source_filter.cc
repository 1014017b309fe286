// SPDX-License-Identifier: Apache-2.0
#include "builder/source_filter.h"

#include <deque>
#include <memory>
#include <utility>

#include "builder/ignore_file.h"
#include "builder/ignore_pattern.h"
#include "builder/list_ahead.h"
#include "builder/tree_path.h"

namespace bale::builder {

namespace {

constexpr std::size_t kAtOnce = 256;  // files of a folder

bool hides(const TreeFilter& filter, const std::string& path) {
  return filter.hides && filter.hides(path);
}

bool may_show_below(const TreeFilter& filter, const std::string& folder) {
  return filter.may_show_below && filter.may_show_below(folder);
}

class Walk {
 public:
  Walk(const FileTree& tree, const TreeFilter& filter, oci::ThreadPool* pool)
      : tree_(tree, pool), filter_(filter) {}

  FileList run(const TreeFile& folder) {
    files_.add(folder);
    go_below(folder.entry.path, "");
    return files_.finish();
  }

 private:
  struct Found {
    TreeFile file;
    std::string relative;
    bool is_hidden;
  };

  void go_below(const std::string& folder, const std::string& relative) {
    std::vector<Found> some;
    tree_.each(folder, [&](TreeFile file) {
      std::string path = join_path(relative, base_name(file.entry.path));
      const bool is_hidden = hides(filter_, path);
      if (!is_hidden || (file.is_directory() && may_show_below(filter_, path)))
        some.push_back({std::move(file), std::move(path), is_hidden});
      if (some.size() == kAtOnce) take_all(std::exchange(some, {}));
      return FileTree::Visit::kGoOn;
    });
    take_all(some);
  }

  void take_all(const std::vector<Found>& some) {
    std::deque<std::string> folders;
    for (const Found& each : some)
      if (each.file.is_directory()) folders.push_back(each.file.entry.path);
    tree_.expect(folders);
    for (const Found& each : some) {
      const std::size_t above = hidden_folders_.size();
      each.is_hidden ? hidden_folders_.push_back(each.file) : take(each.file);
      if (!each.file.is_directory()) continue;
      go_below(each.file.entry.path, each.relative);
      if (hidden_folders_.size() > above) hidden_folders_.pop_back();
    }
  }

  void take(const TreeFile& file) {
    for (const TreeFile& folder : std::exchange(hidden_folders_, {})) files_.add(folder);
    files_.add(file);
  }

  ListAhead tree_;
  const TreeFilter& filter_;
  FileList::Writer files_;
  std::vector<TreeFile> hidden_folders_;  // on the way, and nothing in them shows so far
};

}  // namespace

TreeFilter exclude_filter(const std::vector<std::string>& patterns) {
  if (patterns.empty()) return {};
  std::string lines;
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with('#')) lines += "./";  // no comment here, but a name
    lines += pattern + "\n";
  }
  return ignore_filter(IgnoreMatcher::parse(lines, "--exclude"));
}

TreeFilter only_matching(std::string_view pattern, TreeFilter excluded) {
  if (pattern.empty()) return excluded;
  // Shared, since the two functions are copied apart.
  const auto wanted = std::make_shared<const IgnorePattern>(pattern);
  const auto rest = std::make_shared<const TreeFilter>(std::move(excluded));
  return {[wanted, rest](const std::string& path) {
            return hides(*rest, path) || !wanted->matches(path);
          },
          [wanted, rest](const std::string& folder) {
            if (hides(*rest, folder) && !may_show_below(*rest, folder)) return false;
            return wanted->matches(folder) || wanted->may_match_below(folder);
          }};
}

FileList files_below(const FileTree& tree, const TreeFile& folder, const TreeFilter& filter,
                     oci::ThreadPool* pool) {
  return Walk(tree, filter, pool).run(folder);
}

}  // namespace bale::builder
