// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/digest.h"
#include "oci/layer_block.h"
#include "oci/toc_writer.h"

namespace bale::oci {

/// Writes the entries of blocks into a table of contents, and hashes the contents that span blocks.
/// Blocks come in order, one thread at a time.
class BlockEntries {
 public:
  /// `toc` must outlive it.
  explicit BlockEntries(TocWriter& toc) : toc_(toc) {}
  void add(LayerBlock& block);

 private:
  TocWriter& toc_;
  Hasher spanning_;
};

}  // namespace bale::oci
