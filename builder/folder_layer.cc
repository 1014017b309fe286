// SPDX-License-Identifier: Apache-2.0
#include "builder/folder_layer.h"

#include <map>
#include <string>
#include <utility>

#include "oci/error.h"

namespace bale::builder {

namespace {

class FolderLayer {
 public:
  FolderLayer(const FileTree& tree, oci::LayerWriter& out) : tree_(tree), out_(out) {}

  void add_folder(const std::string& folder) {
    tree_.each(folder, [this](TreeFile file) {
      add(std::move(file));
      return FileTree::Visit::kGoOn;
    });
  }

 private:
  void add(TreeFile file) {
    const std::string path = file.entry.path;
    const bool directory = file.is_directory();
    if (const std::string* first = earlier_name(file)) {
      file.entry.type = oci::FileType::kHardLink;
      file.entry.link_target = *first;
      file.entry.size = 0;
      file.entry.xattrs.clear();  // those of the file
      out_.add(std::move(file.entry));
    } else if (file.is_regular() && file.entry.size > 0) {
      out_.add_file(std::move(file.entry), host_path(path));
    } else {
      out_.add(std::move(file.entry));
    }
    if (directory) add_folder(path);
  }

  /// Of a file that has several names, the one that was written already.
  const std::string* earlier_name(const TreeFile& file) {
    if (file.link_group == 0) return nullptr;
    const auto [known, first] = names_.try_emplace(file.link_group, file.entry.path);
    return first ? nullptr : &known->second;
  }

  std::filesystem::path host_path(const std::string& path) const {
    if (const auto found = tree_.host_path(path)) return *found;
    throw oci::Error(oci::ErrorCode::kInvalid, "not a file of this machine: " + path);
  }

  const FileTree& tree_;
  oci::LayerWriter& out_;
  std::map<std::uint64_t, std::string> names_;
};

}  // namespace

void write_folder(const FileTree& tree, oci::LayerWriter& out) {
  FolderLayer(tree, out).add_folder("");
}

}  // namespace bale::builder
