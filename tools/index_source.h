// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/remote_images.h"
#include "tools/program.h"

namespace bale::tools {

/// Images that are to become entries of an index.
struct IndexSource {
  /// One for an image, with its platform; all of an index with their attestations.
  std::vector<oci::Descriptor> entries;
  std::shared_ptr<const oci::BlobProvider> blobs;  // may be shared with the program's store
  /// Of images in a registry, whose documents `blobs` has read already; else null.
  std::shared_ptr<const registry::Repository> repository = nullptr;
};

/// What the argument names: an image of any transport, a digest (in `home`, the repository
/// `HOST/REPOSITORY` that is written to, where there is one; else in the store), or a metadata file
/// of builds (a file that is there, `PATH.json`). A registry is read at most twice for an image.
/// Throws kNotFound, kInvalid, and what the medium throws.
std::vector<IndexSource> open_sources(Program& program, const std::string& text,
                                      const std::string& home);

/// Where the blobs under the source's entries are: nothing for a source that is no registry's.
oci::BlobOrigins origins_of(const IndexSource& source);

}  // namespace bale::tools
