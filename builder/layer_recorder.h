// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "builder/build_services.h"
#include "oci/layer_writer.h"

namespace bale::builder {

/// Makes layers for steps: into the store, with their tables of contents, and with the time of the
/// step; the same layer that is asked for twice at once is made once. Thread-safe.
class LayerRecorder {
 public:
  /// `services` must outlive it. `created` (RFC 3339) is the time that all steps get, where one
  /// was fixed.
  LayerRecorder(const BuildServices& services, const oci::LayerOptions& options,
                std::optional<std::string> created);

  /// How layers are packed, for cache keys: compressor, version, level, clamping of times.
  const std::string& format() const { return format_; }
  const oci::LayerOptions& options() const { return options_; }

  /// Runs `make`, or waits for the same work under the same key by another thread.
  CachedStep once(const CacheKey& key, const std::function<CachedStep()>& make);

  /// A layer from what `fill` adds to it.
  CachedStep write(const std::function<void(oci::LayerWriter&)>& fill);
  /// A step's outcome from a layer that `make` writes with the table of contents it is given;
  /// nothing where it made none.
  CachedStep record(const std::function<std::optional<oci::LayerResult>(oci::Sink& toc)>& make);
  /// A step that changes nothing.
  CachedStep nothing() const { return {std::nullopt, time()}; }

 private:
  std::string time() const;

  const BuildServices& services_;
  const oci::LayerOptions options_;
  const std::optional<std::string> created_;
  const std::string format_;
  std::mutex mutex_;
  std::map<CacheKey, std::shared_future<CachedStep>> under_way_;
};

}  // namespace bale::builder
