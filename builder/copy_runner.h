// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "builder/build_services.h"
#include "builder/copy_key.h"
#include "builder/layer_recorder.h"

namespace bale::builder {

/// What a step that writes files stands on.
struct StepBase {
  const std::vector<StageLayer>& layers;
  const oci::BlobProvider& blobs;
};

/// What the cache says of a step that is not carried out.
struct CacheAnswer {
  std::optional<CachedStep> hit;
  std::string reason = {};  ///< why there is none
};

/// Carries out COPY, ADD of local files and WORKDIR, from the cache where it can. Nothing is
/// unpacked, and the layers below are looked at only when a layer has to be made. Thread-safe.
class CopyRunner {
 public:
  /// All must outlive it.
  CopyRunner(const BuildServices& services, LayerRecorder& recorder, bool use_cache)
      : services_(services), recorder_(recorder), use_cache_(use_cache) {}

  struct Outcome {
    CachedStep step;
    bool cached = false;
  };

  /// `origin` names `source` for the cache: equal names and steps may have equal content.
  Outcome copy(const CopyStep& step, std::shared_ptr<const FileTree> source,
               const std::string& origin, const StepBase& base, oci::FileTime inline_time);
  /// The same for sources that were found already, where archives become what is in them unless
  /// the step says otherwise.
  Outcome add(const AddStep& step, CopySelection selection, const std::string& origin,
              const StepBase& base);
  /// The key of what lies at a path of a tree, for a step that sees it without copying it.
  CacheKey files_key(std::shared_ptr<const FileTree> tree, const std::string& path);
  Outcome workdir(const WorkdirStep& step, const StepBase& base, oci::FileTime mtime);

  CacheAnswer ask(const CopyOrder& order, std::shared_ptr<const FileTree> source,
                  const std::string& origin, const StepBase& base);
  CacheAnswer ask(const WorkdirStep& step, const StepBase& base) const;

 private:
  struct Written {
    CachedStep step;
    std::optional<CopyPlan> unfiled = std::nullopt;  ///< where its entries are not in the cache
  };

  Outcome carry_out(const CopyOrder& order, const std::shared_ptr<CopySelection>& selection,
                    const std::string& origin, const StepBase& base);
  std::optional<CachedStep> find(const CacheKey& key) const;
  CacheKey stacked_key_of(const CopyOrder& order, CopySelection& selection, const StepBase& base);
  /// Of what was copied as it is, `selection` learns the digests.
  Written write(const CopyOrder& order, const std::shared_ptr<CopySelection>& selection,
                const StepBase& base);
  /// Lets the cache find the step by its files and, where that is to be done, by its entries.
  void file(const CopyOrder& order, CopySelection& selection, const StepBase& base,
            const Written& written);

  const BuildServices& services_;
  LayerRecorder& recorder_;
  const bool use_cache_;
};

/// What ADD does with archives.
Archives archives_of(const AddStep& step);

/// The files of a stage as its layers amount to.
std::shared_ptr<const FileTree> files_of(const std::vector<StageLayer>& layers,
                                         const oci::BlobProvider& blobs, LayerTables& tables);

}  // namespace bale::builder
