// SPDX-License-Identifier: Apache-2.0
#include "builder/step_mounts.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/copy_tree.h"
#include "builder/mount_point.h"
#include "oci/bytes.h"
#include "oci/error.h"
#include "oci/fd.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

using oci::Error;
using oci::ErrorCode;

constexpr const char* kMemory = "memory";  // a tmpfs: secrets never reach a disk

std::string default_agent_socket(unsigned number) {
  return "/run/buildkit/ssh_agent." + std::to_string(number);
}

/// Caches come last and in one order for everybody: no two builds wait for each other for ever, and
/// nothing that may have to wait for something else is done while a cache is locked.
std::vector<RunMount> in_lock_order(std::vector<RunMount> mounts) {
  const auto caches = std::stable_partition(
      mounts.begin(), mounts.end(),
      [](const RunMount& mount) { return !std::holds_alternative<CacheMount>(mount); });
  std::sort(caches, mounts.end(), [](const RunMount& a, const RunMount& b) {
    return std::get<CacheMount>(a).id < std::get<CacheMount>(b).id;
  });
  return mounts;
}

}  // namespace

StepMounts::StepMounts(fs::path folder, const Sources& sources, const RunStep& step,
                       const std::stop_token& stop)
    : folder_(std::move(folder)), sources_(sources), stop_(stop) {
  try {
    for (const auto& script : step.scripts) add_script(script);
    for (const auto& mount : in_lock_order(step.mounts)) {
      std::visit([this](const auto& each) { add(each); }, mount);
    }
  } catch (...) {
    if (has_memory_) unmount(folder_ / kMemory);
    throw;
  }
}

StepMounts::~StepMounts() {
  if (has_memory_) unmount(folder_ / kMemory);
}

void StepMounts::add(const BindMount& mount) {
  const auto origin = sources_.origins.find(mount.origin);
  const fs::path folder = next_path();
  fs::create_directory(folder);
  const Access access = mount.read_only ? Access::kReadOnly : Access::kReadWrite;
  // Files of nowhere: an empty folder.
  static const MountOrigin kNothing;
  const auto& files = origin == sources_.origins.end() ? kNothing : origin->second;
  const auto& view = views_.emplace_back(folder, files, access, sources_.snapshots, stop_);
  bind(view.find(mount.source), mount.target, access);
}

void StepMounts::add(const CacheMount& mount) {
  auto cache = caches_.find(mount.id);
  if (cache == caches_.end()) {
    const auto fill = [&](const fs::path& folder) { copy_origin(mount, folder); };
    CacheFolder folder(sources_.settings.cache_mounts, mount, fill, stop_);
    cache = caches_.emplace(mount.id, std::move(folder)).first;
  }
  bind(cache->second.path(), mount.target,
       mount.read_only ? Access::kReadOnly : Access::kReadWrite);
}

void StepMounts::copy_origin(const CacheMount& mount, const fs::path& into) {
  const auto origin = sources_.origins.find(mount.origin);
  if (origin == sources_.origins.end()) return;
  const fs::path folder = next_path();
  fs::create_directory(folder);
  const OriginView view(folder, origin->second, Access::kReadOnly, sources_.snapshots, stop_);
  copy_tree(view.find(mount.source), into);
}

void StepMounts::add(const TmpfsMount& mount) {
  HostMount tmpfs{HostMount::Kind::kTmpfs, {}, mount.target, Access::kReadWrite, {}};
  if (mount.size > 0) tmpfs.size = mount.size;
  mounts_.push_back(std::move(tmpfs));
}

void StepMounts::add(const SecretMount& mount) {
  const auto secret = sources_.settings.secrets.find(mount.id);
  if (secret == sources_.settings.secrets.end()) {
    if (!mount.required) return;
    throw Error(ErrorCode::kInvalid, "the secret \"" + mount.id + "\" is required",
                "give it with --secret id=" + mount.id + ",src=FILE");
  }
  const std::string& content = secret->second.reveal();
  if (mount.env) secret_env_.push_back(*mount.env + "=" + content);
  if (!mount.target) return;
  bind(make_file(content, mount.mode, mount.uid, mount.gid), *mount.target, Access::kReadOnly);
}

// The socket itself is mounted: its owner and mode are those of the agent.
void StepMounts::add(const SshMount& mount) {
  const auto agent = sources_.settings.ssh_agents.find(mount.id);
  if (agent == sources_.settings.ssh_agents.end()) {
    if (!mount.required) return;
    throw Error(ErrorCode::kInvalid, "the SSH agent \"" + mount.id + "\" is required",
                "give it with --ssh " + mount.id + "=SOCKET");
  }
  const std::string target = mount.target.value_or(default_agent_socket(agents_));
  if (agents_++ == 0) env_.push_back("SSH_AUTH_SOCK=" + target);
  bind(agent->second, target, Access::kReadWrite);
}

void StepMounts::add_script(const InlineFile& script) {
  bind(make_file(script.content, 0755, 0, 0), std::string(kScriptFolder) + script.name,
       Access::kReadOnly);
}

void StepMounts::bind(const fs::path& source, const std::string& target, Access access) {
  mounts_.push_back({HostMount::Kind::kBind, source, target, access, {}});
}

fs::path StepMounts::make_file(const std::string& content, std::uint32_t mode, std::uint32_t uid,
                               std::uint32_t gid) {
  const fs::path memory = folder_ / kMemory;
  if (!has_memory_) {
    fs::create_directory(memory);
    if (::mount("tmpfs", memory.c_str(), "tmpfs", 0, "mode=0700") != 0) {
      throw oci::errno_error("mounting a tmpfs on " + memory.string());
    }
    has_memory_ = true;
  }
  const fs::path path = memory / std::to_string(count_++);
  oci::FileSink file(oci::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  file.write(oci::as_bytes(content));
  if (::fchown(file.fd(), uid, gid) != 0 || ::fchmod(file.fd(), mode) != 0) {
    throw oci::errno_error("changing the owner of " + path.string());
  }
  return path;
}

fs::path StepMounts::next_path() { return folder_ / std::to_string(count_++); }

}  // namespace bale::builder
