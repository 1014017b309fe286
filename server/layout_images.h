// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/served_images.h"

namespace bale::server {

/// An image layout folder as one repository: the names of its entries are the tags, of names that
/// are full references the tag. Nothing can be pushed to other repositories.
class LayoutImages final : public ServedImages {
 public:
  LayoutImages(oci::ImageLayout layout, std::string repository);

  oci::ImageLayout& blobs() override { return layout_; }
  std::vector<std::string> repositories() const override { return {repository_}; }
  std::vector<ServedImage> images(const std::string& repository) const override;
  std::vector<oci::Descriptor> roots() const override;
  bool accepts(const std::string& repository) const override { return repository == repository_; }
  void put(const std::string& repository, const std::optional<std::string>& tag,
           const oci::Descriptor& root) override;
  bool remove_tag(const std::string& repository, const std::string& tag) override;
  bool remove(const std::string& repository, const oci::Digest& root) override;

 private:
  oci::ImageLayout layout_;
  const std::string repository_;
};

}  // namespace bale::server
