// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/store.h"
#include "server/served_images.h"

namespace bale::server {

/// The local store as repositories; served_name.h says which name is which repository. An image
/// without a name is in every repository, by its digest. Images with layers left in a registry are
/// not served: they are not complete.
class StoreImages final : public ServedImages {
 public:
  /// `store` must outlive this.
  explicit StoreImages(oci::Store& store) : store_(store) {}

  oci::ImageLayout& blobs() override { return store_.blobs(); }
  std::vector<std::string> repositories() const override;
  std::vector<ServedImage> images(const std::string& repository) const override;
  std::vector<oci::Descriptor> roots() const override;
  bool accepts(const std::string&) const override { return true; }
  void put(const std::string& repository, const std::optional<std::string>& tag,
           const oci::Descriptor& root) override;
  bool remove_tag(const std::string& repository, const std::string& tag) override;
  bool remove(const std::string& repository, const oci::Digest& root) override;

 private:
  void drop_needless_pins(const oci::Reference& name, const oci::Descriptor& root, bool is_tagged);

  oci::Store& store_;
};

}  // namespace bale::server
