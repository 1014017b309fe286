// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"

namespace bale::server {

/// What a manifest or index says that lists are made from.
struct DocumentLinks {
  std::vector<oci::Descriptor> manifests = {};  ///< of an index
  std::optional<oci::Digest> subject = std::nullopt;
  std::string artifact_type = {};  ///< of a manifest without one, the type of its config
  oci::Annotations annotations = {};
};

/// Reads documents once: what has a digest does not change. Thread-safe.
class DocumentLinksCache {
 public:
  /// Empty links for what is neither manifest nor index, or cannot be read. To be held while it is
  /// read: the cache may forget it.
  std::shared_ptr<const DocumentLinks> read(const oci::BlobProvider& blobs,
                                            const oci::Descriptor& document);

 private:
  std::mutex mutex_;
  // Shared with who reads them while another thread makes room.
  std::map<oci::Digest, std::shared_ptr<const DocumentLinks>> known_;
};

}  // namespace bale::server
