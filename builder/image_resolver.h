// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <string_view>

#include "oci/blob_store.h"
#include "oci/document.h"
#include "oci/platform.h"

namespace bale::builder {

/// A base image: its documents, and where its layers come from. Layers move only when they are
/// opened: a base that the cache answers for is never downloaded.
struct BaseImage {
  oci::Document<oci::Manifest> manifest;
  oci::Document<oci::ImageConfig> config;
  std::shared_ptr<const oci::BlobProvider> layers;  // shared by stages that build on it in parallel
};

/// What the builder needs of stores and registries. Thread-safe.
class ImageResolver {
 public:
  virtual ~ImageResolver() = default;

  /// The image that `name` (as it stands after FROM or --from=) means on `platform`. Throws
  /// kInvalid for a name that is none, kNotFound, kDenied, kUnavailable.
  virtual BaseImage resolve(std::string_view name, const oci::Platform& platform,
                            std::stop_token stop) = 0;

  /// Whether `resolve` would answer without a network: what a platform that cannot execute RUN asks
  /// before anything is pulled for it.
  virtual bool is_local(std::string_view name, const oci::Platform& platform) = 0;
};

}  // namespace bale::builder
