// SPDX-License-Identifier: Apache-2.0
#include "oci/block_entries.h"

#include <utility>

namespace bale::oci {

void BlockEntries::add(LayerBlock& block) {
  for (const auto& piece : block.pieces) {
    if (piece.first && piece.last) continue;
    spanning_.update(block.at(piece.at, piece.size));
    if (!piece.last) continue;
    block.entries[piece.entry].content = std::exchange(spanning_, Hasher()).finish();
  }
  for (const auto& entry : block.entries) toc_.add(entry);
}

}  // namespace bale::oci
