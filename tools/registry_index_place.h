// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "registry/repository.h"
#include "tools/index_place.h"

namespace bale::tools {

/// An index under a tag of a registry. Everything is written at once; nothing is kept here.
class RegistryIndexPlace final : public IndexPlace {
 public:
  RegistryIndexPlace(Program& program, oci::Reference name);

  std::optional<PlacedImage> read() override;
  /// Nothing happens for images of this very repository; from another of the same registry blobs
  /// are mounted.
  void bring(const IndexSource& source) override;
  /// The registry is asked to write only if the tag is as it was read, and the tag is looked at
  /// again afterwards: where the registry knows no conditions, a change between reading and writing
  /// is lost, and one right after writing is noticed.
  oci::Document<oci::Index> update(const Edit& edit) override;
  bool remove() override;
  std::string repository() const override { return name_.name(); }

 private:
  Program& program_;
  const oci::Reference name_;
  registry::Repository repository_;
};

}  // namespace bale::tools
