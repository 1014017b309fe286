// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "oci/blob_store.h"

namespace bale::oci {

/// A provider whose documents (indexes, manifests, configs) are read from it once and then kept in
/// memory, verified. Other blobs pass. Thread-safe.
class DocumentCache final : public BlobProvider {
 public:
  /// `source` is shared with others that read from it.
  explicit DocumentCache(std::shared_ptr<const BlobProvider> source);

  /// Takes a document that was read, or made, elsewhere.
  void keep(const Descriptor& descriptor, std::string_view bytes);

  std::optional<std::uint64_t> size(const Digest& digest) const override;

 private:
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;

  std::shared_ptr<const BlobProvider> source_;
  mutable MemoryStore kept_;  // a cache; thread-safe
};

}  // namespace bale::oci
