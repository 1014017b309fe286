// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>

#include "builder/file_origin.h"
#include "oci/blob_store.h"
#include "oci/document.h"

namespace bale::builder {

/// The documents of a base image, and where its layers come from. Layers move only when they are
/// opened: a base that the cache answers for is never downloaded.
struct ResolvedImage {
  oci::Document<oci::Manifest> manifest;
  oci::Document<oci::ImageConfig> config;
  std::shared_ptr<const oci::BlobProvider> layers;  // shared by stages that build on it in parallel
};

/// What the builder needs of stores and registries. Thread-safe.
class ImageResolver {
 public:
  virtual ~ImageResolver() = default;

  /// Throws kNotFound (also for a platform that the image does not have), kDenied, kUnavailable.
  virtual ResolvedImage resolve(const BaseImage& image, std::stop_token stop) = 0;

  /// Whether `resolve` would answer without a network: what a platform that cannot execute RUN asks
  /// before anything is pulled for it.
  virtual bool is_local(const BaseImage& image) = 0;
};

}  // namespace bale::builder
