// SPDX-License-Identifier: Apache-2.0
#include "builder/overlay_mount.h"

#include <cerrno>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "builder/mount_point.h"
#include "oci/error.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

// The kernel takes one page of options, less than the full paths of a few dozen layers. Links with
// one-digit names in the working folder keep hundreds of layers inside of it, and keep characters
// that overlayfs reads as separators out.
std::string link_folders(const OverlayFolders& folders, const fs::path& links) {
  std::string options = "lowerdir=";
  for (std::size_t i = 0; i < folders.lowers.size(); ++i) {
    const std::string name = std::to_string(i);
    fs::create_directory_symlink(folders.lowers[i], links / name);
    options += (i == 0 ? "" : ":") + name;
  }
  if (!folders.upper.empty()) {
    fs::create_directory_symlink(folders.upper, links / "u");
    fs::create_directory_symlink(folders.work, links / "w");
    options += ",upperdir=u,workdir=w";
  }
  return options + ",redirect_dir=off,metacopy=off,index=off,xino=off";
}

oci::Error mount_error(const fs::path& target) {
  const int number = errno;
  const auto error = oci::errno_error("mounting an overlay on " + target.string());
  if (number == EPERM) {
    return {oci::ErrorCode::kFailed, error.what(),
            "mounting needs root, in a container CAP_SYS_ADMIN"};
  }
  return {oci::ErrorCode::kFailed, error.what(),
          "overlayfs does not take every file system (another overlay, NFS): put the store on "
          "another one with --store"};
}

/// Runs in a thread of its own, whose working folder is then not that of the others.
void mount_from(const fs::path& links, const fs::path& target, const std::string& options) {
  if (::unshare(CLONE_FS) != 0) throw oci::errno_error("leaving the common working folder");
  if (::chdir(links.c_str()) != 0) throw oci::errno_error("entering " + links.string());
  const std::string fast = options + ",volatile";  // since Linux 5.10
  if (::mount("overlay", target.c_str(), "overlay", 0, fast.c_str()) == 0) return;
  if (errno == EINVAL && ::mount("overlay", target.c_str(), "overlay", 0, options.c_str()) == 0) {
    return;
  }
  throw mount_error(target);
}

}  // namespace

OverlayMount::OverlayMount(fs::path target, const OverlayFolders& folders, const fs::path& links)
    : target_(std::move(target)) {
  const std::string options = link_folders(folders, links);
  std::exception_ptr error;
  std::thread mounting([&] {
    try {
      mount_from(links, target_, options);
    } catch (...) {
      error = std::current_exception();
    }
  });
  mounting.join();
  for (const auto& link : fs::directory_iterator(links)) fs::remove(link);
  if (error) std::rethrow_exception(error);
}

OverlayMount::~OverlayMount() { unmount(target_); }

}  // namespace bale::builder
