// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder/build_services.h"
#include "tools/layer_movers.h"
#include "tools/program.h"
#include "tools/store_image_resolver.h"
#include "tools/web_fetcher.h"

namespace bale::tools {

/// What a build works with, made from the program's store.
class BuildParts {
 public:
  /// All must outlive it.
  BuildParts(Program& program, StoreImageResolver& images, builder::Executor& executor);

  /// Layers stay where they are.
  builder::BuildServices services();
  /// Layers move as soon as they are there.
  builder::BuildServices services(LayerMover& mover);
  /// Keeps what was learnt of the files of contexts for later builds.
  void save() { stats_.save(); }
  builder::RemoteFiles& remote_files() { return remote_files_; }

 private:
  Program& program_;
  StoreImageResolver& images_;
  builder::Executor& executor_;
  builder::LayerCache cache_;
  builder::LayerTables tables_;
  builder::StatCache stats_;
  WebFetcher fetcher_;
  builder::RemoteFiles remote_files_;
};

}  // namespace bale::tools
