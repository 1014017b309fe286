// SPDX-License-Identifier: Apache-2.0
#include "builder/origin_view.h"

#include <string>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "builder/file_attributes.h"
#include "builder/tree_path.h"
#include "oci/error.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

/// Makes a layer of whiteouts that hides, from a folder below it, whatever a tree does not show.
class Mask {
 public:
  Mask(const fs::path& folder, const FileTree& shown, const fs::path& mask)
      : folder_(folder), shown_(shown), mask_(mask) {}

  /// Whether there was anything to hide.
  bool make() {
    hide_in("");
    return hides_;
  }

 private:
  void hide_in(const std::string& path) {
    for (const auto& entry : fs::directory_iterator(folder_ / path)) {
      const std::string child = join_path(path, entry.path().filename().string());
      if (!shown_.find(child)) {
        hide(child);
      } else if (entry.is_directory() && !entry.is_symlink()) {
        hide_in(child);
      }
    }
  }

  void hide(const std::string& path) {
    hides_ = true;
    make_folder(std::string(parent_path(path)));
    if (::mknod((mask_ / path).c_str(), S_IFCHR, makedev(0, 0)) != 0) {
      throw oci::errno_error("hiding " + (folder_ / path).string());
    }
  }

  /// With the attributes of the folder below, which it stands for in the overlay.
  void make_folder(const std::string& path) {
    if (fs::exists(mask_ / path)) return;
    make_folder(std::string(parent_path(path)));
    fs::create_directory(mask_ / path);
    copy_owner_and_mode(folder_ / path, mask_ / path);
  }

  const fs::path& folder_;
  const FileTree& shown_;
  const fs::path& mask_;
  bool hides_ = false;
};

}  // namespace

OriginView::OriginView(const fs::path& folder, const MountOrigin& origin, Access access,
                       Snapshots& snapshots, const std::stop_token& stop) {
  for (const char* name : {"mask", "empty", "upper", "work", "links", "merged"}) {
    fs::create_directory(folder / name);
  }
  if (origin.folder.empty()) layers_ = snapshots.unpack(origin.layers, stop);
  auto lowers = origin.folder.empty() ? layer_folders() : shown_folders(origin, folder / "mask");
  if (lowers.empty()) lowers.push_back(folder / "empty");
  // One folder that nothing is hidden in, and that nobody writes to, needs no overlay.
  if (lowers.size() == 1 && access == Access::kReadOnly) {
    root_ = lowers.front();
    return;
  }
  OverlayFolders folders{std::move(lowers)};
  if (access == Access::kReadWrite) {
    folders.upper = folder / "upper";
    folders.work = folder / "work";
    copy_owner_and_mode(folders.lowers.front(), folders.upper);
  }
  root_ = mount_.emplace(folder / "merged", folders, folder / "links").path();
}

std::vector<fs::path> OriginView::layer_folders() const {
  std::vector<fs::path> folders;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    folders.push_back(layer->tree());
  }
  return folders;
}

std::vector<fs::path> OriginView::shown_folders(const MountOrigin& origin, const fs::path& mask) {
  if (!origin.shown) return {origin.folder};
  copy_owner_and_mode(origin.folder, mask);
  if (!Mask(origin.folder, *origin.shown, mask).make()) return {origin.folder};
  return {mask, origin.folder};
}

fs::path OriginView::find(const std::string& path) const {
  const auto found = resolve_on_disk(root_, path);
  if (!found.file) {
    throw oci::Error(oci::ErrorCode::kNotFound, "there is no " + path + " to mount");
  }
  return found.path.empty() ? root_ : root_ / found.path;
}

}  // namespace bale::builder
