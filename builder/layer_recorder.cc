// SPDX-License-Identifier: Apache-2.0
#include "builder/layer_recorder.h"

#include <chrono>
#include <utility>

#include "oci/block_compressor.h"
#include "oci/rfc3339.h"

namespace bale::builder {

namespace {

std::string format_of(const oci::LayerOptions& options) {
  std::string format = oci::compressor_id(options);
  if (options.clamp_mtime) format += " clamped to " + std::to_string(*options.clamp_mtime);
  return format;
}

}  // namespace

LayerRecorder::LayerRecorder(const BuildServices& services, const oci::LayerOptions& options,
                             std::optional<std::string> created)
    : services_(services),
      options_(options),
      created_(std::move(created)),
      format_(format_of(options)) {}

std::string LayerRecorder::time() const {
  return created_ ? *created_ : oci::rfc3339(std::chrono::system_clock::now());
}

CachedStep LayerRecorder::once(const CacheKey& key, const std::function<CachedStep()>& make) {
  std::packaged_task<CachedStep()> task(make);
  std::shared_future<CachedStep> result;
  bool mine = false;
  {
    const std::lock_guard lock(mutex_);
    auto& entry = under_way_[key];
    mine = !entry.valid();
    if (mine) entry = task.get_future().share();
    result = entry;
  }
  if (mine) task();
  return result.get();
}

CachedStep LayerRecorder::write(const std::function<void(oci::LayerWriter&)>& fill) {
  return record([&](oci::Sink& toc) -> std::optional<oci::LayerResult> {
    oci::LayerWriter writer(services_.store.blobs(), services_.pool, options_, toc, services_.stop);
    fill(writer);
    return writer.finish();
  });
}

CachedStep LayerRecorder::record(
    const std::function<std::optional<oci::LayerResult>(oci::Sink& toc)>& make) {
  const auto toc = services_.store.create_toc();
  const auto layer = make(*toc);
  if (!layer) return nothing();
  toc->finish(layer->diff_id.digest());
  return {StageLayer{layer->descriptor, layer->diff_id}, time()};
}

}  // namespace bale::builder
