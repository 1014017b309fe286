// SPDX-License-Identifier: Apache-2.0
#include "tests/support/podman.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "tests/support/scratch_folder.h"

namespace bale::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* kBusybox = "/bin/busybox";

// For machines with mixed cgroup versions and without CAP_SYS_RESOURCE.
constexpr const char* kRestrictedSettings = R"([containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
)";

bool podman_runs() {
  const ScratchFolder root;
  make_busybox_root(root.path());
  const std::string command =
      "podman run --rm --rootfs " + root.path().string() + " /bin/true >/dev/null 2>&1 </dev/null";
  return std::system(command.c_str()) == 0;
}

std::string find_obstacle() {
  if (::geteuid() != 0) return "not root";
  if (!fs::exists(kBusybox)) return "no /bin/busybox (busybox-static)";
  if (std::system("podman --version >/dev/null 2>&1") != 0) return "no podman";
  if (podman_runs()) return "";
  static const ScratchFolder settings;
  const fs::path file = settings / "containers.conf";
  std::ofstream(file) << kRestrictedSettings;
  ::setenv("CONTAINERS_CONF", file.c_str(), 1);
  return podman_runs() ? "" : "podman runs nothing here";
}

}  // namespace

const std::string& podman_obstacle() {
  static const std::string obstacle = find_obstacle();
  if (!obstacle.empty() && std::getenv("CI") != nullptr) throw std::runtime_error(obstacle);
  return obstacle;
}

void make_busybox_root(const fs::path& root) {
  for (const char* folder : {"bin", "etc", "tmp", "home/app"})
    fs::create_directories(root / folder);
  fs::copy_file(kBusybox, root / "bin/busybox");
  for (const char* name : {"sh",     "true",  "cat", "id",   "mkdir", "rm",    "echo",  "env",
                           "pwd",    "sleep", "ln",  "mv",   "touch", "chmod", "chown", "test",
                           "printf", "uname", "ls",  "stat", "find",  "sort",  "tee",   "wc"}) {
    fs::create_symlink("busybox", root / "bin" / name);
  }
  std::ofstream(root / "etc/passwd") << "root:x:0:0:root:/root:/bin/sh\n"
                                        "app:x:1000:1001:app:/home/app:/bin/sh\n";
  std::ofstream(root / "etc/group") << "root:x:0:\napp:x:1001:\nextra:x:1002:app\n";
}

}  // namespace bale::test
