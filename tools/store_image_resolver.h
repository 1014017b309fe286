// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "builder/image_resolver.h"
#include "oci/error.h"
#include "oci/remote_images.h"
#include "tools/base_records.h"
#include "tools/open_image.h"
#include "tools/program.h"

namespace bale::tools {

/// When a base image is asked for in its registry although the store knows it.
enum class PullPolicy { kMissing, kAlways, kNewer, kNever };

/// Throws kInvalid for a word that is none.
PullPolicy parse_pull_policy(std::string_view word);

/// Base images from the store, else from their registries. What is found in a registry is kept
/// in the store by its documents alone: its layers follow when somebody reads them. Each image is
/// resolved once a build. Thread-safe.
class StoreImageResolver final : public builder::ImageResolver {
 public:
  /// `program` must outlive it.
  StoreImageResolver(Program& program, PullPolicy policy)
      : program_(program), policy_(policy), records_(program.store().cache_folder()) {}

  builder::ResolvedImage resolve(const builder::BaseImage& image, std::stop_token stop) override;
  bool is_local(const builder::BaseImage& image) override;

  /// Makes an image that is somewhere else be what the reference names, before anything is
  /// resolved.
  void add(const oci::Reference& reference, OpenedImage image);

  /// The repository, `HOST/REPOSITORY`, of each layer of the images that were resolved.
  oci::BlobOrigins origins() const;

 private:
  // All below need the lock.
  builder::ResolvedImage find(const builder::BaseImage& image, const std::stop_token& stop);
  std::shared_ptr<const oci::BlobProvider> blobs_of(const builder::BaseImage& image,
                                                    const std::stop_token& stop);
  std::optional<builder::ResolvedImage> find_here(const builder::BaseImage& image);
  builder::ResolvedImage pull(const builder::BaseImage& image, const std::stop_token& stop);

  Program& program_;
  const PullPolicy policy_;
  std::map<oci::Reference, OpenedImage> elsewhere_;
  BaseRecords records_;
  mutable std::mutex mutex_;
  std::map<builder::BaseImage, builder::ResolvedImage> resolved_;
  std::map<builder::BaseImage, oci::Error> failed_;  // who asks again need not wait again
};

}  // namespace bale::tools
