// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "builder/cache_key.h"
#include "builder/copy_plan.h"
#include "builder/copy_selection.h"
#include "builder/stat_cache.h"
#include "oci/thread_pool.h"
#include "oci/toc_reader.h"

namespace bale::builder {

/// Fills in the content digests that the selection lacks: from `cache` where a file is unchanged
/// since it was hashed, else by reading it, files in parallel. Throws kInterrupted once `stop` is
/// requested.
void hash_contents(CopySelection& selection, StatCache& cache, oci::ThreadPool& pool,
                   std::stop_token stop = {});

/// Fills in the content digests from the layer that the plan became, so that a first build reads
/// every file once: what was written counts, even where it was digested before. Files that are not
/// in the layer (another was put over them) stay without.
void take_digests(CopySelection& selection, const CopyPlan& plan, oci::TocReader& written,
                  StatCache& cache, oci::ThreadPool& pool);

/// What a step's result depends on of the files that it copies: names below each source, types,
/// modes, owners, link targets, devices, extended attributes and contents; no times and no
/// absolute paths. All digests must be there.
CacheKey content_key(const CopySelection& selection);

}  // namespace bale::builder
