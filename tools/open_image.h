// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "oci/blob_store.h"
#include "oci/image_name.h"
#include "tools/program.h"

namespace bale::tools {

/// An image that a command reads, wherever its name says that it is.
struct OpenedImage {
  oci::ImageName name;
  oci::Descriptor root;
  std::shared_ptr<const oci::BlobProvider> blobs;  // may be shared with the program's store
};

/// Opens by any transport; `-` is an archive of either kind on standard input. A name without one
/// is looked for in the store, then, unless --offline is set, in its registry. Throws kNotFound,
/// kInvalid, and what the medium throws.
OpenedImage open_image(Program& program, std::string_view name);

/// The same for the store alone: nothing where the store does not have it.
std::optional<OpenedImage> find_in_store(Program& program, const oci::ImageName& name);

/// The store's blobs, with those that its images left in registries, which are read from there.
/// Thread-safe. The program must outlive it.
std::shared_ptr<const oci::BlobProvider> store_with_origins(Program& program);

}  // namespace bale::tools
