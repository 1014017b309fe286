// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "oci/blob_store.h"
#include "oci/remote_images.h"
#include "oci/store.h"

namespace bale::oci {

/// Gives the blobs of a repository `HOST/REPOSITORY`; the provider lives as long as the program
/// needs it. Called from any thread.
using OpenRepository = std::function<const BlobProvider&(const std::string& repository)>;

/// The store completed from where its images' missing blobs are: what is here is read here, the
/// rest from its origin. Copying an image from this into the store's blobs and tagging it again
/// completes it. Thread-safe.
class OriginProvider final : public BlobProvider {
 public:
  /// `store` must outlive this. The table of remote images is read when a blob is first missed, and
  /// again for one that it did not name then: other processes add to it.
  OriginProvider(const Store& store, OpenRepository open_repository);

  std::optional<std::uint64_t> size(const Digest& digest) const override;
  std::optional<UniqueFd> open_file(const Digest& digest) const override;

 private:
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;
  /// `HOST/REPOSITORY` that has the blob, where one is known.
  std::optional<std::string> origin_of(const Digest& digest) const;

  const Store& store_;
  OpenRepository open_repository_;
  mutable std::mutex mutex_;
  mutable BlobOrigins origins_;
};

}  // namespace bale::oci
