// SPDX-License-Identifier: Apache-2.0
#include "builder/build_request.h"

#include <optional>
#include <utility>

namespace bale::builder {

FolderSource folder_source(std::function<std::filesystem::path()> fetch) {
  return std::async(std::launch::deferred, std::move(fetch)).share();
}

GraphInputs graph_inputs(const BuildRequest& request) {
  GraphInputs inputs{.platforms = request.platforms,
                     .build_platform = oci::Platform::host(),
                     .target = request.target,
                     .build_args = request.build_args,
                     .named_contexts = {}};
  for (const auto& [name, source] : request.named_contexts) {
    const auto* image = std::get_if<oci::Reference>(&source);
    inputs.named_contexts.emplace(name, image == nullptr ? std::nullopt : std::optional(*image));
  }
  return inputs;
}

}  // namespace bale::builder
