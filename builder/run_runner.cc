// SPDX-License-Identifier: Apache-2.0
#include "builder/run_runner.h"

#include <fmt/format.h>

#include "builder/run_key.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

/// Layers that a command needs on disk and that are in a registry still.
void fetch_missing(const StepBase& base, oci::BlobStore& store, oci::ThreadPool& pool) {
  oci::TaskGroup fetches(pool);
  for (const auto& layer : base.layers) {
    if (store.size(layer.descriptor.digest)) continue;
    fetches.run([&] { oci::copy_blob(base.blobs, layer.descriptor, store); });
  }
  fetches.wait();
}

}  // namespace

RunRunner::RunRunner(const BuildRequest& request, const BuildServices& services,
                     LayerRecorder& recorder)
    : request_(request),
      services_(services),
      recorder_(recorder),
      snapshots_(services.store.snapshots_folder(), services.store.blobs(), services.pool),
      steps_(snapshots_, services.executor, services.store.blobs(), services.pool,
             request.run_settings) {}

CopyRunner::Outcome RunRunner::run(const RunStep& step, const oci::Platform& platform,
                                   const StepBase& base, const MountedFiles& mounts,
                                   const std::string& group, std::stop_token stop) {
  const CacheKey key = run_key(step, {platform, base.layers, recorder_.format(), mounts.keys});
  if (request_.use_cache) {
    if (auto hit = services_.cache.find(key)) return {*std::move(hit), true};
  }
  if (!request_.allow_run) {
    throw oci::Error(oci::ErrorCode::kFailed,
                     "a RUN step would have to execute, and --no-run is set",
                     "build once without --no-run, so that its result is in the cache");
  }
  services_.executor.check(platform);
  CachedStep made = execute(step, base, mounts, group, stop);
  services_.cache.put(key, made);
  return {std::move(made), false};
}

CachedStep RunRunner::execute(const RunStep& step, const StepBase& base, const MountedFiles& mounts,
                              const std::string& group, std::stop_token stop) {
  fetch_missing(base, services_.store.blobs(), services_.pool);
  const RunEvents events{[&](std::string_view line) { services_.progress.output(group, line); },
                         [&](std::chrono::seconds elapsed) {
                           services_.progress.output(
                               group, fmt::format("(still running, {} s)", elapsed.count()));
                         }};
  const RunTask task{step, base.layers, mounts.origins, recorder_.options()};
  return recorder_.record([&](oci::Sink& toc) { return steps_.run(task, events, toc, stop); });
}

}  // namespace bale::builder
