// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "oci/document_cache.h"
#include "oci/image_draft.h"
#include "tools/open_image.h"
#include "tools/write_image.h"

namespace bale::tools {

/// `--rebase OLD=NEW`: images on their way from one base to another. Of both bases only documents
/// are read, those for the platforms asked for.
class Rebase {
 public:
  /// Opens both by any transport. `program` must outlive it. Throws kInvalid, kNotFound.
  Rebase(Program& program, const std::string& old_and_new);

  /// Puts the image onto the new base for its platform, and says so in the annotations
  /// `org.opencontainers.image.base.*` that it has. Throws kInvalid where it is not built on the
  /// old one, kNotFound where a base is not there for its platform.
  void apply(oci::ImageDraft& draft);
  /// What the annotations of an index that has `present` become.
  oci::Annotations index_annotations(const oci::Annotations& present) const;

  /// Where the layers of the new base are.
  std::shared_ptr<const oci::BlobProvider> blobs() const { return new_.image.blobs; }
  /// In which repositories they are, for those that need not be moved.
  oci::BlobOrigins origins() const;
  /// Whether those were read from a registry just now.
  bool origins_are_fresh() const { return is_in_registry(new_.image); }

 private:
  struct Base {
    Base(Program& program, const std::string& name);
    /// The image for the platform, and its manifest.
    oci::ImageDraft draft(const oci::Platform& platform, oci::Descriptor& manifest) const;

    OpenedImage image;
    std::shared_ptr<oci::DocumentCache> documents;  // shared with what is read through it
  };

  Rebase(Program& program, const std::pair<std::string, std::string>& names);

  Program& program_;
  const Base old_;
  const Base new_;
  std::vector<oci::Descriptor> used_;  // manifests of the new base
};

}  // namespace bale::tools
