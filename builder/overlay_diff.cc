// SPDX-License-Identifier: Apache-2.0
#include "builder/overlay_diff.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builder/file_attributes.h"
#include "oci/error.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kWhiteoutPrefix = ".wh.";
constexpr std::string_view kOpaqueMarker = ".wh..wh..opq";
constexpr const char* kOpaqueXattr = "trusted.overlay.opaque";
constexpr const char* kWhiteoutXattr = "trusted.overlay.whiteout";

/// Newer kernels write an empty file with a mark where an overlay may not make devices.
bool is_whiteout(const FileAttributes& file) {
  const auto& entry = file.entry;
  if (entry.type == oci::FileType::kCharDevice) {
    return entry.device_major == 0 && entry.device_minor == 0;
  }
  return entry.type == oci::FileType::kRegular && entry.size == 0 &&
         file.overlay_xattrs.contains(kWhiteoutXattr);
}

bool is_opaque(const FileAttributes& file) {
  const auto mark = file.overlay_xattrs.find(kOpaqueXattr);
  return mark != file.overlay_xattrs.end() && mark->second == "y";
}

bool is_directory(const std::optional<FileAttributes>& file) {
  return file && file->entry.type == oci::FileType::kDirectory;
}

oci::TarEntry whiteout(const std::string& path) {
  oci::TarEntry entry;
  entry.path = path;
  entry.mode = 0;
  return entry;
}

std::string join(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

std::vector<std::string> sorted_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class ChangeWalk {
 public:
  using Visit = std::function<void(oci::TarEntry, const fs::path&)>;

  ChangeWalk(const ChangedTree& tree, const Visit& visit) : tree_(tree), visit_(visit) {}

  /// Whether nothing was left out.
  bool run() {
    const auto root = read_file_attributes(tree_.upper).value();
    auto below = read_file_attributes(tree_.base).value();
    // Its time changes with every file in it, and no tool unpacks it.
    below.entry.mtime = root.entry.mtime;
    if (root.entry != below.entry) emit(root.entry, tree_.upper);
    visit_children("", Below::kVisible);
    return complete_;
  }

 private:
  /// Whether the layers below show through in a folder.
  enum class Below { kVisible, kHidden };

  void visit_children(const std::string& folder, Below below) {
    for (const auto& name : sorted_names(tree_.upper / folder)) {
      if (name.starts_with(kWhiteoutPrefix)) {
        throw oci::Error(oci::ErrorCode::kFailed,
                         "the command made \"/" + join(folder, name) +
                             "\": layers reserve names that begin with .wh.");
      }
      visit_path(folder, name, below);
    }
  }

  void visit_path(const std::string& folder, const std::string& name, Below visibility) {
    auto file = read(tree_.upper, join(folder, name)).value();
    const auto below =
        visibility == Below::kVisible ? read(tree_.base, file.entry.path) : std::nullopt;
    if (is_whiteout(file) && below) {
      emit(whiteout(join(folder, std::string(kWhiteoutPrefix) + name)), {});
    } else if (file.entry.type == oci::FileType::kDirectory) {
      visit_folder(std::move(file), below);
    } else if (is_whiteout(file) || file.is_socket || (!below && left_by_podman(file.entry))) {
      complete_ = false;  // a whiteout of what only the stub layer had, for one
    } else {
      emit_file(std::move(file));
    }
  }

  void visit_folder(FileAttributes file, const std::optional<FileAttributes>& below) {
    const std::string path = file.entry.path;
    const bool hides = is_opaque(file);
    const bool opaque = hides && is_directory(below);
    const bool changed = !below || opaque || file.entry != below->entry;
    const bool optional = !below && left_by_podman(file.entry);
    if (optional) {
      pending_.push_back(std::move(file.entry));
    } else if (changed) {
      emit(std::move(file.entry), tree_.upper / path);
    }
    if (opaque) emit(whiteout(join(path, kOpaqueMarker)), {});
    visit_children(path, hides || !below ? Below::kHidden : Below::kVisible);
    if (!optional || pending_.empty() || pending_.back().path != path) return;
    pending_.pop_back();
    complete_ = false;
  }

  void emit_file(FileAttributes file) {
    const fs::path host = tree_.upper / file.entry.path;
    if (file.links > 1) {
      const auto [first, is_new] = first_paths_.emplace(file.inode, file.entry.path);
      if (!is_new) {
        file.entry.type = oci::FileType::kHardLink;
        file.entry.size = 0;
        file.entry.link_target = first->second;
      }
    }
    emit(std::move(file.entry), host);
  }

  /// Folders that are a change only because something is in them go before it.
  void emit(oci::TarEntry entry, const fs::path& host) {
    for (auto& folder : std::exchange(pending_, {})) {
      const fs::path path = tree_.upper / folder.path;
      visit_(std::move(folder), path);
    }
    visit_(std::move(entry), host);
  }

  /// Whether the stub layer has the very same: podman made it where a layer hides the stub, or
  /// something below it was copied up. Only asked for what no layer has.
  bool left_by_podman(const oci::TarEntry& entry) const {
    auto stub = read(tree_.stub, entry.path);
    if (!stub) return false;
    stub->entry.mtime = entry.mtime;
    // podman makes its files 0755, whatever they are for.
    if (entry.type == oci::FileType::kRegular) stub->entry.mode = entry.mode;
    return stub->entry == entry;
  }

  static std::optional<FileAttributes> read(const fs::path& root, const std::string& path) {
    auto file = read_file_attributes(root / path);
    if (file) file->entry.path = path;
    return file;
  }

  const ChangedTree& tree_;
  const Visit& visit_;
  bool complete_ = true;
  std::vector<oci::TarEntry> pending_;  // from the outermost to the innermost
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> first_paths_;  // by inode
};

}  // namespace

bool visit_changes(const ChangedTree& tree,
                   const std::function<void(oci::TarEntry, const fs::path&)>& visit) {
  return ChangeWalk(tree, visit).run();
}

}  // namespace bale::builder
