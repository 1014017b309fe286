// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "builder/file_list.h"
#include "builder/file_tree.h"
#include "builder/step.h"
#include "oci/thread_pool.h"

namespace bale::builder {

/// One file or folder that COPY takes, links on the way and at the end followed.
struct SelectedSource {
  std::shared_ptr<const FileTree> tree;  ///< shared with the other steps that read from it
  std::string name;                      ///< what it is called inside a destination folder
  /// The file itself; or a folder, first, and what is copied of its content, in TreeOrder.
  FileList files;
  bool is_remote = false;   ///< fetched by ADD
  bool is_archive = false;  ///< the content of an archive that ADD unpacks

  const TreeFile& root() const { return files.front(); }
  /// The path of a file relative to the source, "" for the root.
  std::string_view relative_path(const TreeFile& file) const;
};

/// What COPY or ADD reads, before anything is known of where it goes: enough for a cache key.
struct CopySelection {
  std::vector<SelectedSource> sources;
  oci::FileTime taken;                 ///< when the search began
  std::vector<std::string> unmatched;  ///< patterns that match nothing, which is no error
};

/// Which archives become what is in them.
enum class Archives {
  kCopy,         ///< none, as with COPY
  kUnpackLocal,  ///< those of the context, as ADD has it
  kUnpackAll,    ///< those that were fetched as well
};

/// Finds the sources of a step in the tree that it copies from (BuildKit's rules): a source cannot
/// leave the tree; `*`, `?` and `[...]` match within one component, dot files too; a folder stands
/// for its content. `inline_time` is the time of here-documents.
/// With a pool, folders are listed by its threads ahead of time. Throws kFailed for a source
/// without wildcards that is not there, telling where the ignore file hides it, and kInvalid for a
/// malformed pattern.
CopySelection select_files(const CopyStep& step, std::shared_ptr<const FileTree> tree,
                           oci::FileTime inline_time, oci::ThreadPool* pool = nullptr);

/// The selection with every file that is an archive, of those that `which` means, replaced by what
/// is in it. Files inside folders stay as they are. Reads each archive's headers, so it is for a
/// step that the cache does not answer: the key is that of the archive itself.
CopySelection unpack_archives(const CopySelection& selection, Archives which);

}  // namespace bale::builder
