// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/build_request.h"
#include "builder/copy_runner.h"
#include "builder/layer_recorder.h"
#include "builder/mount_origin.h"
#include "builder/origin_files.h"
#include "builder/snapshots.h"
#include "builder/step_runner.h"

namespace bale::builder {

/// What the mounts of a RUN show of other places.
struct MountedFiles {
  MountOrigins origins;
  std::vector<CacheKey> keys;  ///< of the files that each mount shows, in order
};

/// Where the files of a mount are.
struct MountedPlace {
  FileOrigin origin;
  std::string path;
};
/// Nothing for a mount that shows no files of another place.
std::optional<MountedPlace> mounted_place(const RunMount& mount);

MountedFiles mounted_files(const RunStep& step, OriginFiles& origins, CopyRunner& copies);

/// Carries out RUN, from the cache where it can. Base layers are fetched and unpacked only when a
/// command has to execute. Thread-safe.
class RunRunner {
 public:
  /// All must outlive it.
  RunRunner(const BuildRequest& request, const BuildServices& services, LayerRecorder& recorder);

  /// `group` is what the command's output is listed under. Throws kFailed where the command would
  /// have to execute and may not, or cannot here; what StepRunner throws.
  CopyRunner::Outcome run(const RunStep& step, const oci::Platform& platform, const StepBase& base,
                          const MountedFiles& mounts, const std::string& group,
                          std::stop_token stop);

  CacheAnswer ask(const RunStep& step, const oci::Platform& platform, const StepBase& base,
                  const MountedFiles& mounts) const;

 private:
  CacheKey key_of(const RunStep& step, const oci::Platform& platform, const StepBase& base,
                  const MountedFiles& mounts) const;
  CachedStep execute(const RunStep& step, const StepBase& base, const MountedFiles& mounts,
                     const std::string& group, std::stop_token stop);

  const BuildRequest& request_;
  const BuildServices& services_;
  LayerRecorder& recorder_;
  Snapshots snapshots_;
  StepRunner steps_;
};

}  // namespace bale::builder
