// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "oci/document.h"
#include "oci/image_name.h"
#include "tools/index_source.h"
#include "tools/program.h"

namespace bale::tools {

/// What a name stands for: an index, or a single image.
struct PlacedImage {
  oci::Descriptor root;
  std::optional<oci::Document<oci::Index>> index;
};

/// A name that an index has, or gets: in the store, in a layout, in an archive, in a registry. One
/// thread at a time.
class IndexPlace {
 public:
  virtual ~IndexPlace() = default;

  /// Makes the index that the name is to stand for of what it stands for now; may throw.
  using Edit = std::function<oci::Index(const std::optional<PlacedImage>& now)>;

  virtual std::optional<PlacedImage> read() = 0;
  /// Brings what the source's entries name to where the index is.
  virtual void bring(const IndexSource& source) = 0;
  /// Lets the name stand for the edited index, unless that changes nothing. Where somebody else
  /// changes the name at the same time, `edit` is called again with what they made of it, as far as
  /// the medium can tell.
  virtual oci::Document<oci::Index> update(const Edit& edit) = 0;
  /// Takes the name away. False where it stands for nothing.
  virtual bool remove() = 0;
  /// `HOST/REPOSITORY` in a registry, or "".
  virtual std::string repository() const { return {}; }

 protected:
  IndexPlace() = default;
  IndexPlace(const IndexPlace&) = default;
  IndexPlace& operator=(const IndexPlace&) = default;
};

/// What a name stands for that has this descriptor; nothing for none. Throws as reading it does.
std::optional<PlacedImage> placed(const oci::BlobProvider& blobs,
                                  const std::optional<oci::Descriptor>& root);

/// `program` must outlive it. Throws kInvalid for a digest, which names what cannot change, and for
/// transports that keep no indexes.
std::unique_ptr<IndexPlace> open_index_place(Program& program, const oci::ImageName& name);

/// The name of an index that is there: of a layout or an archive without a tag it is that of its
/// only image, as for those who read (oci::resolve_entry). Throws kInvalid where there are several,
/// with their tags; where there is none the name stays as it is.
oci::ImageName existing_index_name(oci::ImageName name);

/// The document of an edited index; nothing where it is what was there.
std::optional<oci::Document<oci::Index>> changed_document(const std::optional<PlacedImage>& now,
                                                          const IndexPlace::Edit& edit);

}  // namespace bale::tools
