// SPDX-License-Identifier: Apache-2.0
#include "builder/step_runner.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/file_attributes.h"
#include "builder/filesystem_error.h"
#include "builder/overlay_diff.h"
#include "builder/overlay_mount.h"
#include "builder/run_request.h"
#include "builder/step_mounts.h"
#include "builder/stub_layer.h"
#include "oci/error.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

using oci::Error;
using oci::ErrorCode;

/// The trees as overlayfs wants them: the topmost first.
std::vector<fs::path> lower_folders(const std::vector<Snapshot>& below, const fs::path& lowest) {
  std::vector<fs::path> lowers;
  for (auto layer = below.rbegin(); layer != below.rend(); ++layer) lowers.push_back(layer->tree());
  lowers.push_back(lowest);
  return lowers;
}

/// To whole seconds too, as the layer has them.
void clamp_time(const fs::path& file, std::int64_t latest) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) throw oci::errno_error("reading " + file.string());
  if (status.st_mtim.tv_nsec == 0 && status.st_mtim.tv_sec <= latest) return;
  const struct timespec times[] = {{0, UTIME_OMIT}, {std::min(status.st_mtim.tv_sec, latest), 0}};
  if (::utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    throw oci::errno_error("setting the time of " + file.string());
  }
}

// The next step must see the times that the layer has, whether it is unpacked again or not.
void clamp_times(const fs::path& tree, std::int64_t latest) {
  for (const auto& entry : fs::recursive_directory_iterator(tree)) clamp_time(entry.path(), latest);
}

std::string failure_of(int exit_code) {
  if (exit_code <= 128) return "the command failed with exit code " + std::to_string(exit_code);
  return "the command was ended by signal " + std::to_string(exit_code - 128);
}

void require_success(const RunOutcome& outcome, const RunSettings& settings) {
  constexpr int kKilled = 128 + 9;
  switch (outcome.end) {
    case RunOutcome::End::kInterrupted:
      throw Error(ErrorCode::kInterrupted, "interrupted");
    case RunOutcome::End::kTimedOut:
      throw Error(ErrorCode::kStepFailed,
                  fmt::format("the command took longer than {:g} s",
                              std::chrono::duration<double>(settings.timeout.value()).count()),
                  "give it more time with --run-timeout", outcome.last_output);
    case RunOutcome::End::kStatusLost:
      throw Error(ErrorCode::kFailed, "podman lost the exit code of the command, again and again",
                  "build again; a newer podman may not do so", outcome.last_output);
    case RunOutcome::End::kExited:
      if (outcome.exit_code == 0) return;
      throw Error(ErrorCode::kStepFailed, failure_of(outcome.exit_code),
                  outcome.exit_code == kKilled ? "the machine may be short of memory" : "",
                  outcome.last_output);
  }
}

}  // namespace

StepRunner::StepRunner(Snapshots& snapshots, Executor& executor, oci::BlobStore& store,
                       oci::ThreadPool& pool, RunSettings settings)
    : snapshots_(snapshots),
      executor_(executor),
      store_(store),
      pool_(pool),
      settings_(std::move(settings)) {}

std::optional<oci::LayerResult> StepRunner::run(const RunTask& task, const RunEvents& events,
                                                oci::Sink& toc, std::stop_token stop) {
  return with_oci_errors([&] {
    cleaned_.run([this] {
      remove_abandoned_runs(snapshots_.runs_folder(),
                            [this](const fs::path& scratch) { executor_.clean_up(scratch); });
    });
    const auto below = snapshots_.unpack(task.layers, stop);
    constexpr int kMostRuns = 3;
    for (int runs = 1;; ++runs) {
      const RunFolder folder(snapshots_.runs_folder());
      std::optional<OverlayMount> base;  // of no layers there is nothing to mount
      if (!below.empty()) {
        base.emplace(folder.base(), OverlayFolders{lower_folders(below, folder.empty())},
                     folder.links());
      }
      const RunOutcome outcome = execute(folder, below, task, events, stop);
      if (outcome.end == RunOutcome::End::kStatusLost && runs < kMostRuns) {
        events.output("(podman lost the exit code of the command: it runs again)");
        continue;
      }
      require_success(outcome, settings_);
      return capture(folder, task.options, toc, stop);
    }
  });
}

RunOutcome StepRunner::execute(const RunFolder& folder, const std::vector<Snapshot>& below,
                               const RunTask& task, const RunEvents& events,
                               const std::stop_token& stop) {
  const StepMounts::Sources sources{settings_, task.origins, snapshots_};
  const StepMounts mounts(folder.mounts(), sources, task.step, stop);
  RunRequest command = make_run_request(task.step, settings_, mounts);
  make_stub_layer(folder.stub(), folder.base(), command);
  // The root folder that the command sees is the upper one.
  copy_owner_and_mode(folder.base(), folder.upper());
  const OverlayMount merged(folder.merged(),
                            {lower_folders(below, folder.stub()), folder.upper(), folder.work()},
                            folder.links());
  command.name = folder.name();
  command.root = merged.path();
  command.scratch = folder.scratch();
  return executor_.run(command, events, stop);
}

std::optional<oci::LayerResult> StepRunner::capture(const RunFolder& folder,
                                                    const oci::LayerOptions& options,
                                                    oci::Sink& toc, std::stop_token stop) {
  oci::LayerWriter writer(store_, pool_, options, toc, std::move(stop));
  std::size_t changes = 0;
  const bool complete = visit_changes({folder.upper(), folder.base(), folder.stub()},
                                      [&](oci::TarEntry entry, const fs::path& file) {
                                        ++changes;
                                        const bool has_content =
                                            entry.type == oci::FileType::kRegular && entry.size > 0;
                                        if (has_content) {
                                          writer.add_file(std::move(entry), file);
                                        } else {
                                          writer.add(std::move(entry));
                                        }
                                      });
  if (changes == 0) return std::nullopt;
  auto layer = writer.finish();
  if (options.clamp_mtime) clamp_times(folder.upper(), *options.clamp_mtime);
  if (complete) snapshots_.adopt(layer.diff_id, folder.upper());
  return layer;
}

}  // namespace bale::builder
