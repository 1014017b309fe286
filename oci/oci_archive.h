// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "oci/blob_store.h"
#include "oci/manifest.h"
#include "oci/tar_file.h"

namespace bale::oci {

/// An image layout in a tar file. Blobs are read where they are in the file.
/// Immutable; thread-safe; must outlive its sources.
class OciArchive final : public BlobProvider {
 public:
  /// Throws kNotFound, or kCorrupt for what is no layout.
  static OciArchive open(const std::filesystem::path& path) { return of(TarFile::open(path)); }
  static OciArchive of(TarFile file);
  /// Whether the file has what a layout begins with.
  static bool is_in(const TarFile& file);

  std::optional<std::uint64_t> size(const Digest& digest) const override;
  const Index& index() const { return index_; }
  /// The entry that `oci-archive:FILE[:NAME]` means, as resolve_entry says.
  Descriptor resolve(std::string_view name) const;

 private:
  OciArchive(TarFile file, Index index) : file_(std::move(file)), index_(std::move(index)) {}
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;

  TarFile file_;
  Index index_;
};

/// Writes the images of a layout's index and everything under them as a layout in a tar. Streams:
/// nothing is kept, each blob is read once and verified. The same images give the same bytes.
/// Throws kNotFound, kCorrupt; what `out` has by then is no archive.
void write_oci_archive(const BlobProvider& blobs, const Index& index, Sink& out);

/// The same of one image; `name` is its name there, may be "".
void write_oci_archive(const BlobProvider& blobs, const Descriptor& root, const std::string& name,
                       Sink& out);

}  // namespace bale::oci
