// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/cache_folder.h"
#include "builder/executor.h"
#include "builder/mount_origin.h"
#include "builder/origin_view.h"
#include "builder/run_settings.h"
#include "builder/snapshots.h"
#include "builder/step.h"

namespace bale::builder {

/// What the mounts of one RUN need on the host, for the time of the run: secrets in memory, locks
/// on cache folders, views of other stages.
class StepMounts {
 public:
  struct Sources {
    const RunSettings& settings;
    const MountOrigins& origins;  ///< every origin that the step's mounts name
    Snapshots& snapshots;
  };

  /// `folder` is an empty folder, in which things are mounted. Throws kInvalid for a required
  /// secret or agent that was not given, kNotFound for a file that is not there.
  StepMounts(std::filesystem::path folder, const Sources& sources, const RunStep& step,
             const std::stop_token& stop);
  ~StepMounts();
  StepMounts(const StepMounts&) = delete;
  StepMounts& operator=(const StepMounts&) = delete;

  const std::vector<HostMount>& host_mounts() const { return mounts_; }
  const std::vector<std::string>& env() const { return env_; }
  const std::vector<std::string>& secret_env() const { return secret_env_; }

 private:
  void add(const BindMount& mount);
  void add(const CacheMount& mount);
  void add(const TmpfsMount& mount);
  void add(const SecretMount& mount);
  void add(const SshMount& mount);
  void add_script(const InlineFile& script);

  /// What a new cache folder holds.
  void copy_origin(const CacheMount& mount, const std::filesystem::path& into);
  void bind(const std::filesystem::path& source, const std::string& target, Access access);
  /// A file in memory, for this run alone.
  std::filesystem::path make_file(const std::string& content, std::uint32_t mode, std::uint32_t uid,
                                  std::uint32_t gid);
  std::filesystem::path next_path();

  std::filesystem::path folder_;
  const Sources& sources_;
  const std::stop_token& stop_;
  unsigned count_ = 0;
  unsigned agents_ = 0;
  bool has_memory_ = false;
  std::deque<OriginView> views_;
  std::map<std::string, CacheFolder> caches_;  // by id: a step may mount one in two places
  std::vector<HostMount> mounts_;
  std::vector<std::string> env_;
  std::vector<std::string> secret_env_;
};

}  // namespace bale::builder
