// SPDX-License-Identifier: Apache-2.0
#include "oci/root_folder.h"

#include <cerrno>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

constexpr int kFolderHandle = O_PATH | O_DIRECTORY | O_CLOEXEC;

struct SplitPath {
  std::string folder;
  std::string name;
};

SplitPath split(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(path)};
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// The names in an open folder.
std::vector<std::string> read_names(int folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(::dup(folder)));
  if (!entries) throw errno_error("reading a folder");
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

void remove_at(int folder, const char* name);

void remove_content(int folder, const char* name) {
  const UniqueFd inner(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!inner) throw errno_error("removing " + in_quotes(name));
  for (const auto& child : read_names(inner.get())) remove_at(inner.get(), child.c_str());
}

void remove_at(int folder, const char* name) {
  if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) return;
  if (errno != EISDIR && errno != EPERM) throw errno_error("removing " + in_quotes(name));
  remove_content(folder, name);
  if (::unlinkat(folder, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
    throw errno_error("removing " + in_quotes(name));
  }
}

[[noreturn]] void refuse_parent(const std::string& path) {
  if (errno == ENOTDIR || errno == ELOOP || errno == ENOENT) {
    throw Error(ErrorCode::kCorrupt, in_quotes(path) + " is needed as a folder and is none");
  }
  throw errno_error("opening folder " + in_quotes(path));
}

}  // namespace

RootFolder::RootFolder(const std::filesystem::path& root)
    : root_(open_file(root, kFolderHandle)), parent_(open_inside(".", kFolderHandle)) {
  if (parent_) return;
  if (errno != ENOSYS) throw errno_error("opening " + root.string());
  throw Error(ErrorCode::kFailed, "unpacking into " + root.string() + ": the kernel has no openat2",
              "Linux 5.6 or newer is needed");
}

Place RootFolder::place(std::string_view path) {
  auto [folder, name] = split(path);
  if (!parent(folder)) {
    if (errno == ENOENT) make_folders(folder);
    if (!parent(folder)) refuse_parent(folder);
  }
  return {parent_.get(), std::move(name)};
}

std::optional<Place> RootFolder::find_place(std::string_view path) {
  auto [folder, name] = split(path);
  if (!parent(folder)) return std::nullopt;
  return Place{parent_.get(), std::move(name)};
}

UniqueFd RootFolder::open_folder(const std::string& path) const {
  return open_inside(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

std::vector<std::string> RootFolder::names_in(const std::string& path) const {
  const UniqueFd folder = open_folder(path);
  return folder ? read_names(folder.get()) : std::vector<std::string>();
}

void RootFolder::remove(const Place& place) {
  stale_ = true;
  remove_at(place.folder, place.name.c_str());
}

UniqueFd RootFolder::open_inside(const std::string& path, int flags) const {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  while (true) {
    const long fd = ::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how);
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    // The kernel could not rule out that a rename raced with "..": it asks to be asked again.
    if (errno != EAGAIN && errno != EINTR) return {};
  }
}

/// Empty, with errno, where the folder cannot be opened.
const UniqueFd& RootFolder::parent(const std::string& path) {
  if (parent_ && !stale_ && path == parent_path_) return parent_;
  parent_ = open_inside(path.empty() ? "." : path, kFolderHandle);
  parent_path_ = path;
  stale_ = false;
  return parent_;
}

void RootFolder::make_folders(const std::string& path) {
  const auto [folder, name] = split(path);
  if (!parent(folder)) {
    if (errno != ENOENT) refuse_parent(folder);
    make_folders(folder);
    if (!parent(folder)) refuse_parent(folder);
  }
  if (::mkdirat(parent_.get(), name.c_str(), 0755) != 0 && errno != EEXIST) {
    throw errno_error("making folder " + in_quotes(path));
  }
}

}  // namespace bale::oci
