// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/build_request.h"
#include "builder/build_services.h"
#include "builder/file_origin.h"
#include "builder/file_tree.h"
#include "builder/ignore_file.h"
#include "builder/mount_origin.h"
#include "builder/stage_layer.h"
#include "builder/step.h"

namespace bale::builder {

/// A folder of this machine that steps read from.
struct ContextFolder {
  std::filesystem::path path;
  std::string name;                       ///< for cache keys: the same in other builds
  std::shared_ptr<const FileTree> shown;  ///< as its ignore file leaves it; shared with selections
};

/// The build context, and what --build-context gave names to.
struct ContextFolders {
  ContextFolder main;
  std::map<std::string, ContextFolder> named;
};

/// Those that the stages of the graph read from; the others are not even fetched. `ignore` is that
/// of the build context; the others have ignore files of their own.
ContextFolders open_folders(const BuildRequest& request, const BuildGraph& graph,
                            const IgnoreMatcher& ignore);

/// What makes the layer that `FROM CONTEXT` stands on.
CopyStep copy_of_all(const NamedContext& context);

/// A stage as far as its files go.
struct StageFiles {
  std::vector<StageLayer> layers;
  std::shared_ptr<const oci::BlobProvider> blobs;  ///< shared with the stage
};

/// Finds the files that the steps of one stage read from; each origin is opened once. One thread
/// at a time.
class OriginFiles {
 public:
  using FindStage = std::function<StageFiles(StageId)>;

  /// `folders` and `services` must outlive it; `find_stage` knows the stages that the stage needs.
  OriginFiles(const ContextFolders& folders, const BuildServices& services, FindStage find_stage,
              std::stop_token stop);

  std::shared_ptr<const FileTree> tree(const FileOrigin& origin);
  MountOrigin mount(const FileOrigin& origin);
  /// For cache keys: the same for the same origin in other builds.
  std::string name(const FileOrigin& origin) const;

 private:
  std::shared_ptr<const FileTree> open(const BuildContext&);
  std::shared_ptr<const FileTree> open(const Scratch&);
  std::shared_ptr<const FileTree> open(const NamedContext& context);
  std::shared_ptr<const FileTree> open(StageId id);
  std::shared_ptr<const FileTree> open(const BaseImage& name);
  const ContextFolder& folder(const FileOrigin& origin) const;

  const ContextFolders& folders_;
  const BuildServices& services_;
  const FindStage find_stage_;
  const std::stop_token stop_;
  std::vector<std::shared_ptr<const void>> owners_;  ///< of the layers that the trees read from
  std::map<FileOrigin, std::shared_ptr<const FileTree>> trees_;
};

}  // namespace bale::builder
