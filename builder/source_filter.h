// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "builder/file_list.h"
#include "builder/file_tree.h"
#include "builder/tree_filter.h"
#include "oci/thread_pool.h"

namespace bale::builder {

/// What `--exclude` keeps out: patterns of ignore files, relative to the root of each source.
/// Throws kInvalid for a malformed one.
TreeFilter exclude_filter(const std::vector<std::string>& patterns);

/// Keeps out what neither matches the pattern (`**` and wildcards as in ignore files) nor stands in
/// a folder that does, and what `excluded` keeps out.
TreeFilter only_matching(std::string_view pattern, TreeFilter excluded);

/// A folder, first, and what the filter leaves of all that is below it, in TreeOrder. The filter
/// sees paths relative to the folder. A folder that is kept out comes along where it holds
/// something that does not. With a pool, folders are listed by its threads ahead of time.
FileList files_below(const FileTree& tree, const TreeFile& folder, const TreeFilter& filter,
                     oci::ThreadPool* pool = nullptr);

}  // namespace bale::builder
