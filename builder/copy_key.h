// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "builder/cache_key.h"
#include "builder/copy_plan.h"
#include "builder/copy_selection.h"
#include "builder/stage_layer.h"
#include "builder/step.h"

namespace bale::builder {

/// What is to be done, apart from where the files come from. The step must outlive it.
struct CopyOrder {
  const CopyStep& step;
  Archives archives = Archives::kCopy;
};

// A COPY or ADD is found again under three keys, each cheaper or wider than the next.

/// What the Dockerfile says of it. Where this was never seen, nothing can be cached, and the files
/// need not be hashed before the layer is written.
CacheKey definition_key(const CopyOrder& order, std::string_view context);

/// The files, the step, and the layers that it stands on: answers without a look at those layers.
/// `content` is the selection's content key.
CacheKey stacked_key(const CopyOrder& order, const CacheKey& content,
                     const std::vector<StageLayer>& below, std::string_view layer_format);

/// What the layer will hold, entry by entry: the same on other base images and platforms. Files
/// count by their content where its digest is known, else by their stamp, which is good enough only
/// within one process; `exact` tells which.
struct PlanKey {
  CacheKey key;
  bool exact;
};
PlanKey plan_key(const CopyPlan& plan, std::string_view layer_format);

/// The same for entries without content, such as the folders that WORKDIR makes; no times.
CacheKey entries_key(const std::vector<oci::TarEntry>& entries, std::string_view layer_format);

/// WORKDIR on top of these layers.
CacheKey workdir_key(const WorkdirStep& step, const std::vector<StageLayer>& below,
                     std::string_view layer_format);

}  // namespace bale::builder
