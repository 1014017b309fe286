// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/fd.h"
#include "oci/progress.h"
#include "registry/http_message.h"

namespace bale::registry {

/// The content of one blob in parts, as uploads ask for them: of a file the part is read where it
/// stands; a stream is kept open from part to part, and opened again only to go back. Reports how
/// far the reading is. One thread at a time.
class BlobContent {
 public:
  /// All must outlive it.
  BlobContent(const oci::BlobProvider& from, const oci::Descriptor& blob, oci::ProgressTask& task);
  ~BlobContent();
  BlobContent(const BlobContent&) = delete;
  BlobContent& operator=(const BlobContent&) = delete;

  /// Bytes [offset, offset + size). This must outlive it; of several only the last opened is read.
  Body part(std::uint64_t offset, std::uint64_t size);

 private:
  class Part;

  std::unique_ptr<oci::Source> open(std::uint64_t offset, std::uint64_t size);
  void go_to(std::uint64_t offset);

  const oci::BlobProvider& from_;
  const oci::Descriptor& blob_;
  oci::ProgressTask& task_;
  const std::shared_ptr<const oci::UniqueFd> file_;  // shared with the parts; null: a stream
  std::unique_ptr<oci::Source> stream_;
  std::uint64_t position_ = 0;
};

}  // namespace bale::registry
