// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oci/oci_archive.h"
#include "tools/index_place.h"

namespace bale::tools {

/// An index in a layout in a tar file. A tar cannot be changed in place: each change writes the
/// file anew, with all other images that it has, whole or sparse, and puts it in the old one's
/// place at once. What a file has beside its layout is left out then.
class ArchiveIndexPlace final : public IndexPlace {
 public:
  /// Throws kInvalid where `path` is something else than a file, or standard output.
  ArchiveIndexPlace(Program& program, std::filesystem::path path, std::string name);

  std::optional<PlacedImage> read() override;
  /// Nothing is fetched before the archive is written.
  void bring(const IndexSource& source) override;
  oci::Document<oci::Index> update(const Edit& edit) override;
  /// The file goes with its last image.
  bool remove() override;

 private:
  using Blobs =
      std::shared_ptr<const oci::BlobProvider>;  // shared by those who complete each other
  /// What the file is to be: the archive that it was, if any, with other entries.
  struct Rewrite {
    std::shared_ptr<const oci::OciArchive> before;
    std::vector<oci::Descriptor> entries;
  };

  /// Null where there is no file.
  std::shared_ptr<const oci::OciArchive> open() const;
  /// Whether something that is under the sources' entries is not among `blobs`.
  bool brings_more_than(const Blobs& blobs) const;
  Blobs blobs_of(const Rewrite& rewrite) const;
  /// `documents` has those that are new.
  void write(const Rewrite& rewrite, const Blobs& documents) const;

  Program& program_;
  const std::filesystem::path path_;
  const std::string name_;
  std::vector<IndexSource> sources_;
};

}  // namespace bale::tools
