// SPDX-License-Identifier: Apache-2.0
#include "tools/build_parts.h"

#include <utility>

namespace bale::tools {

BuildParts::BuildParts(Program& program, StoreImageResolver& images, builder::Executor& executor)
    : program_(program),
      images_(images),
      executor_(executor),
      cache_(program.store().cache_folder() / "steps", program.store().blobs()),
      tables_(program.store()),
      stats_(program.store().cache_folder() / "stats"),
      fetcher_(program),
      remote_files_(program.store().cache_folder() / "remote", fetcher_) {}

builder::BuildServices BuildParts::services() {
  return {.store = program_.store(),
          .cache = cache_,
          .tables = tables_,
          .stats = stats_,
          .images = images_,
          .remote_files = remote_files_,
          .executor = executor_,
          .pool = program_.pool(),
          .progress = program_.progress(),
          .stop = program_.stop()};
}

builder::BuildServices BuildParts::services(LayerMover& mover) {
  auto services = BuildParts::services();
  services.on_layer = [&mover](const auto& layer, auto origin, auto blobs) {
    mover.start(layer, origin, std::move(blobs));
  };
  return services;
}

}  // namespace bale::tools
