// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "builder/layer_cache.h"
#include "builder/layer_tables.h"
#include "builder/stage_evaluator.h"
#include "oci/blob_store.h"

namespace bale::builder {

/// A stage that has been built. Immutable; shared by the stages that depend on it.
struct StageResult {
  StageEvaluator evaluator;  ///< after the last instruction, for stages that go on from here
  /// History lines that came with the base image. The lines after them that are not marked
  /// `empty_layer` stand one to one for `steps`.
  std::size_t base_history = 0;
  std::vector<CachedStep> steps;   ///< since the base image, those of parent stages included
  std::vector<StageLayer> layers;  ///< of the base image, then of the steps that made one
  std::shared_ptr<const oci::BlobProvider> blobs;  // shared with the stages that go on from here
};

}  // namespace bale::builder
