// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/fd.h"

namespace bale::oci {

/// A name in a folder that is held open: what *at(2) calls take. `name` is one component, never
/// "." or "..".
struct Place {
  int folder = -1;
  std::string name;
};

/// A folder that nothing leads out of: every path is resolved by the kernel as if the folder were
/// "/" (openat2, RESOLVE_IN_ROOT), so that neither "..", nor absolute or magic links, nor a folder
/// swapped for a link meanwhile can leave it. Paths are relative, as in TarEntry. One thread at a
/// time.
class RootFolder {
 public:
  /// Throws where `root` is no folder, kFailed where the kernel lacks openat2 (before Linux 5.6).
  explicit RootFolder(const std::filesystem::path& root);

  int fd() const { return root_.get(); }
  /// Links in the folders of `path` are followed, inside the root; the last component is not.
  /// Folders that are missing are made (0755). Valid until the next call. Throws kCorrupt where a
  /// folder of the path is no folder.
  Place place(std::string_view path);
  /// The same, but nothing where a folder of the path is missing.
  std::optional<Place> find_place(std::string_view path);
  /// A folder to read or to set attributes of, never through a final link; empty where there is
  /// none.
  UniqueFd open_folder(const std::string& path) const;
  /// What is in a folder; nothing where there is none.
  std::vector<std::string> names_in(const std::string& path) const;

  /// Removes what is at the place, with all that is in it, following nothing. Absent is fine.
  void remove(const Place& place);

 private:
  UniqueFd open_inside(const std::string& path, int flags) const;
  const UniqueFd& parent(const std::string& path);
  void make_folders(const std::string& path);

  UniqueFd root_;
  std::string parent_path_;  // of parent_: most entries lie beside the one before
  UniqueFd parent_;
  bool stale_ = false;  // something was removed that the way to parent_ may have led through
};

}  // namespace bale::oci
