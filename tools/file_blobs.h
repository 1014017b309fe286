// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "oci/blob_store.h"

namespace bale::tools {

/// Files as they lie in the file system, and short texts, as blobs: hashed once, never copied.
class FileBlobs final : public oci::BlobProvider {
 public:
  /// Reads the file for its digest; it must not change afterwards.
  oci::Descriptor add_file(const std::filesystem::path& path, const oci::MediaType& type);
  oci::Descriptor add_text(std::string text, const oci::MediaType& type);

  std::optional<std::uint64_t> size(const oci::Digest& digest) const override;
  std::optional<oci::UniqueFd> open_file(const oci::Digest& digest) const override;

 private:
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override;

  std::map<oci::Digest, std::filesystem::path> files_;
  std::map<oci::Digest, std::string> texts_;
};

}  // namespace bale::tools
