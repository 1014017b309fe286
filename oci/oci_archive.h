// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "oci/blob_store.h"
#include "oci/image_walk.h"
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
  /// The text of it.
  const std::string& index_json() const { return index_json_; }
  /// The entry that `oci-archive:FILE[:NAME]` means, as resolve_entry says.
  Descriptor resolve(std::string_view name) const;

 private:
  OciArchive(TarFile file, std::string index_json);
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;

  TarFile file_;
  std::string index_json_;
  Index index_;
};

/// Images on their way into an archive.
struct ArchivedImages {
  const BlobProvider& blobs;  ///< must outlive it
  std::vector<Descriptor> roots;
  Absent absent = Absent::kRefused;
};

/// Writes images and everything under them, each blob once, as a layout in a tar with this
/// index.json. Streams: nothing is kept, each blob is read once and verified. The same images give
/// the same bytes. Throws kNotFound, kCorrupt; what `out` has by then is no archive.
void write_oci_archive(const std::vector<ArchivedImages>& images, std::string_view index_json,
                       Sink& out);

}  // namespace bale::oci
