// SPDX-License-Identifier: Apache-2.0
#include "builder/stub_layer.h"

#include <string>

#include <fcntl.h>

#include "builder/file_attributes.h"
#include "oci/fd.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

void make_file(const fs::path& stub, const fs::path& inside) {
  const fs::path path = stub / inside;
  fs::create_directories(path.parent_path());
  if (!fs::exists(path)) oci::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
}

}  // namespace

void make_stub_layer(const fs::path& stub, const fs::path& base, const RunRequest& request) {
  const auto inside = [&base](const std::string& path) {
    return fs::path(resolve_on_disk(base, path).path);
  };
  for (const char* folder : {"dev", "proc", "sys", "run", "etc", request.cwd.c_str()}) {
    fs::create_directories(stub / inside(folder));
  }
  for (const char* file : {"etc/hosts", "etc/hostname", "etc/resolv.conf", "run/.containerenv"}) {
    make_file(stub, inside(file));
  }
  if (!fs::is_symlink(base / inside("etc") / "mtab")) {
    fs::create_symlink("/proc/mounts", stub / inside("etc") / "mtab");
  }
  for (const auto& mount : request.mounts) {
    const bool is_file = mount.kind == HostMount::Kind::kBind && !fs::is_directory(mount.source);
    if (is_file) {
      make_file(stub, inside(mount.target));
    } else {
      fs::create_directories(stub / inside(mount.target));
    }
  }
}

}  // namespace bale::builder
