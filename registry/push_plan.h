// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "registry/push.h"
#include "registry/repository.h"

namespace bale::registry {

/// What a push would do.
struct PushPlan {
  struct Step {
    enum class Kind { kQuestion, kPresent, kMount, kUpload, kManifest, kTag } kind;
    std::string name;        ///< digest or tag; of a kQuestion: of a manifest
    std::uint64_t size = 0;  ///< of a blob or manifest
    std::string from = {};   ///< kMount: the repository
  };
  std::vector<Step> steps;

  std::uint64_t bytes_sent() const;
  /// Of blobs that are there already or that the registry has in another repository.
  std::uint64_t bytes_saved() const;
  /// Requests of the push itself; a mount that the registry declines costs one more and the bytes.
  std::size_t requests() const;
};

/// Asks what is there, as a push does, and sends nothing. Throws what a push would throw of the
/// tags.
PushPlan plan_push(const oci::BlobProvider& from, const oci::Descriptor& root, const Repository& to,
                   const PushOptions& options);

}  // namespace bale::registry
