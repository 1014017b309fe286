// SPDX-License-Identifier: Apache-2.0
#include "tools/file_blobs.h"

#include <utility>

#include <fcntl.h>

#include "oci/error.h"

namespace bale::tools {

oci::Descriptor FileBlobs::add_file(const std::filesystem::path& path, const oci::MediaType& type) {
  oci::FileSource content(oci::open_file(path, O_RDONLY));
  oci::Descriptor blob{.media_type = type, .digest = oci::digest_of(content)};
  blob.size = std::filesystem::file_size(path);
  files_[blob.digest] = path;
  return blob;
}

oci::Descriptor FileBlobs::add_text(std::string text, const oci::MediaType& type) {
  const oci::Digest digest = oci::Digest::of(oci::as_bytes(text));
  oci::Descriptor blob{.media_type = type, .digest = digest, .size = text.size()};
  texts_[digest] = std::move(text);
  return blob;
}

std::optional<std::uint64_t> FileBlobs::size(const oci::Digest& digest) const {
  if (const auto text = texts_.find(digest); text != texts_.end()) return text->second.size();
  const auto file = files_.find(digest);
  if (file == files_.end()) return std::nullopt;
  return std::filesystem::file_size(file->second);
}

std::optional<oci::UniqueFd> FileBlobs::open_file(const oci::Digest& digest) const {
  const auto file = files_.find(digest);
  if (file == files_.end()) return std::nullopt;
  return oci::open_file(file->second, O_RDONLY);
}

std::unique_ptr<oci::Source> FileBlobs::do_open(const oci::Descriptor& descriptor) const {
  if (const auto text = texts_.find(descriptor.digest); text != texts_.end()) {
    return std::make_unique<oci::BytesSource>(oci::as_bytes(text->second));
  }
  auto file = open_file(descriptor.digest);
  if (file) return std::make_unique<oci::FileSource>(*std::move(file));
  throw oci::Error(oci::ErrorCode::kNotFound, "no blob " + descriptor.digest.to_string());
}

}  // namespace bale::tools
