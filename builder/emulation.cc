// SPDX-License-Identifier: Apache-2.0
#include "builder/emulation.h"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "builder/probe_program.h"
#include "oci/error.h"
#include "oci/new_file.h"

namespace bale::builder {

namespace {

/// A folder that holds a probe program and nothing else.
class ProbeRoot {
 public:
  explicit ProbeRoot(const std::string& program) {
    std::string name = (std::filesystem::temp_directory_path() / "bale-probe.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw oci::errno_error("creating " + name);
    path_ = name;
    oci::write_file_atomically(path_ / "probe", program, 0755);
  }
  ~ProbeRoot() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ProbeRoot(const ProbeRoot&) = delete;
  ProbeRoot& operator=(const ProbeRoot&) = delete;

  /// Whether the program runs with this folder as its root filesystem.
  bool runs() const {
    const pid_t pid = ::fork();
    if (pid < 0) throw oci::errno_error("starting a program");
    if (pid == 0) execute();
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == kProbeExit;
  }

 private:
  /// In the child of a process with threads: nothing but system calls.
  [[noreturn]] void execute() const {
    if (::chdir(path_.c_str()) != 0) ::_exit(1);
    [[maybe_unused]] const int entered = ::chroot(".");  // only root can
    char name[] = "./probe";
    char* const argv[] = {name, nullptr};
    char* const env[] = {nullptr};
    ::execve(name, argv, env);
    ::_exit(1);
  }

  std::filesystem::path path_;
};

const BinfmtEntry* find_entry(const std::vector<BinfmtEntry>& entries, std::string_view start) {
  for (const auto& entry : entries) {
    if (entry.matches(start)) return &entry;
  }
  return nullptr;
}

constexpr const char* kInstall = "install qemu-user-static binfmt-support";

EmulationObstacle explain(const std::filesystem::path& binfmt, std::string_view header) {
  if (!std::filesystem::exists(binfmt / "status")) {
    return {"binfmt_misc is not mounted",
            std::string(kInstall) + ", then mount -t binfmt_misc binfmt_misc " + kBinfmtFolder};
  }
  const auto entries = read_binfmt_entries(binfmt);
  const BinfmtEntry* entry = find_entry(entries, header);
  if (entry == nullptr) return {"no emulator is registered", kInstall};
  if (!entry->enabled) {
    return {"its emulator " + entry->interpreter + " is disabled",
            "enable it, for instance with update-binfmts --enable"};
  }
  if (!entry->works_in_any_root()) {
    return {"its emulator " + entry->interpreter + " is registered without the flag F",
            "install qemu-user-static, which works in every root filesystem"};
  }
  return {"its emulator " + entry->interpreter + " does not run", kInstall};
}

}  // namespace

std::optional<EmulationObstacle> Emulation::obstacle(const oci::Platform& platform) {
  const std::lock_guard lock(mutex_);
  const auto name = platform.to_string();
  auto known = known_.find(name);
  if (known == known_.end()) known = known_.emplace(name, find_obstacle(platform)).first;
  return known->second;
}

std::optional<EmulationObstacle> Emulation::find_obstacle(const oci::Platform& platform) const {
  const auto host = oci::Platform::host();
  if (platform.os == host.os && platform.architecture == host.architecture) return std::nullopt;
  const auto header = probe_header(platform);
  if (!header) return EmulationObstacle{"nothing executes it here", "build it on such a machine"};
  if (const auto program = probe_program(platform)) {
    if (ProbeRoot(*program).runs()) return std::nullopt;
    return explain(binfmt_, *header);
  }
  const auto entries = read_binfmt_entries(binfmt_);
  const BinfmtEntry* entry = find_entry(entries, *header);
  if (entry != nullptr && entry->enabled && entry->works_in_any_root()) return std::nullopt;
  return explain(binfmt_, *header);
}

}  // namespace bale::builder
