// SPDX-License-Identifier: Apache-2.0
#include "builder/run_runner.h"

#include <fmt/format.h>

#include "builder/run_key.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

/// Layers that a command needs on disk and that are in a registry still.
void fetch_missing(const std::vector<StageLayer>& layers, const oci::BlobProvider& blobs,
                   oci::BlobStore& store, oci::ThreadPool& pool) {
  oci::TaskGroup fetches(pool);
  for (const auto& layer : layers) {
    if (store.size(layer.descriptor.digest)) continue;
    fetches.run([&] { oci::copy_blob(blobs, layer.descriptor, store); });
  }
  fetches.wait();
}

}  // namespace

std::optional<MountedPlace> mounted_place(const RunMount& mount) {
  if (const auto* bind = std::get_if<BindMount>(&mount)) {
    return MountedPlace{bind->origin, bind->source};
  }
  const auto* cache = std::get_if<CacheMount>(&mount);
  if (cache == nullptr || std::holds_alternative<Scratch>(cache->origin)) return std::nullopt;
  return MountedPlace{cache->origin, cache->source};
}

MountedFiles mounted_files(const RunStep& step, OriginFiles& origins, CopyRunner& copies) {
  MountedFiles mounted;
  for (const auto& mount : step.mounts) {
    const auto place = mounted_place(mount);
    if (!place) continue;
    mounted.origins.try_emplace(place->origin, origins.mount(place->origin));
    mounted.keys.push_back(copies.files_key(origins.tree(place->origin), place->path));
  }
  return mounted;
}

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
  const CacheKey key = key_of(step, platform, base, mounts);
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

CacheAnswer RunRunner::ask(const RunStep& step, const oci::Platform& platform, const StepBase& base,
                           const MountedFiles& mounts) const {
  if (auto hit = services_.cache.find(key_of(step, platform, base, mounts))) {
    return {*std::move(hit)};
  }
  return {std::nullopt, "its command, its variables or the files below it are new"};
}

CacheKey RunRunner::key_of(const RunStep& step, const oci::Platform& platform, const StepBase& base,
                           const MountedFiles& mounts) const {
  return run_key(step, {platform, base.layers, recorder_.format(), mounts.keys});
}

CachedStep RunRunner::execute(const RunStep& step, const StepBase& base, const MountedFiles& mounts,
                              const std::string& group, std::stop_token stop) {
  oci::BlobStore& store = services_.store.blobs();
  fetch_missing(base.layers, base.blobs, store, services_.pool);
  for (const auto& [origin, files] : mounts.origins) {
    if (files.blobs) fetch_missing(files.layers, *files.blobs, store, services_.pool);
  }
  const RunEvents events{[&](std::string_view line) { services_.progress.output(group, line); },
                         [&](std::chrono::seconds elapsed) {
                           services_.progress.output(
                               group, fmt::format("(still running, {} s)", elapsed.count()));
                         }};
  const RunTask task{step, base.layers, mounts.origins, recorder_.options()};
  return recorder_.record([&](oci::Sink& toc) { return steps_.run(task, events, toc, stop); });
}

}  // namespace bale::builder
