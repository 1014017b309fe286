// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "oci/completing_provider.h"
#include "oci/store.h"
#include "server/served_images.h"

namespace bale::server {

/// The local store as repositories; served_name.h says which name is which repository. An image
/// without a name is in every repository, by its digest. Layers that an image has left in a
/// registry are fetched from there when they are first asked for; with the last of them the image
/// is complete.
class StoreImages final : public ServedImages {
 public:
  /// `store` must outlive this. `origins` has what the store's images left elsewhere; without it
  /// such images are not served.
  explicit StoreImages(oci::Store& store,
                       std::shared_ptr<const oci::BlobProvider> origins = nullptr);

  oci::ImageLayout& blobs() override { return store_.blobs(); }
  void complete(const oci::Digest& digest) override;
  std::vector<std::string> repositories() const override;
  std::vector<ServedImage> images(const std::string& repository) const override;
  std::vector<oci::Descriptor> roots() const override;
  bool accepts(const std::string&) const override { return true; }
  void put(const std::string& repository, const std::optional<std::string>& tag,
           const oci::Descriptor& root) override;
  bool remove_tag(const std::string& repository, const std::string& tag) override;
  bool remove(const std::string& repository, const oci::Digest& root) override;

 private:
  std::vector<oci::StoredImage> served_images() const;
  void note_complete_images();
  void drop_needless_pins(const oci::Reference& name, const oci::Descriptor& root, bool is_tagged);

  oci::Store& store_;
  std::unique_ptr<const oci::CompletingProvider> origins_;  // null: complete images alone
};

}  // namespace bale::server
