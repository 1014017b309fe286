// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_block.h"

namespace bale::oci {

LayerBlock::LayerBlock(std::size_t size, std::size_t room)
    : capacity_(size),
      room_size_(room),
      memory_(std::make_unique_for_overwrite<std::byte[]>(size)),
      room_(std::make_unique_for_overwrite<std::byte[]>(room)) {}

void LayerBlock::reuse(std::uint64_t new_number) {
  number = new_number;
  used = 0;
  pieces.clear();
  entries.clear();
  packed = {};
  packed_pieces.clear();
}

namespace {

void fill_piece(const ContentPiece& piece, MutableBytes place) {
  if (piece.shared_file) {
    piece.shared_file->read(piece.file_offset, place);
  } else if (piece.whole_file) {
    HostFile(*piece.whole_file, piece.size).read(0, place);
  }
}

}  // namespace

void fill_block(LayerBlock& block) {
  for (auto& piece : block.pieces) {
    fill_piece(piece, block.at(piece.at, piece.size));
    piece.shared_file.reset();
  }
}

void hash_whole_contents(LayerBlock& block) {
  for (const auto& piece : block.pieces) {
    if (!piece.first || !piece.last) continue;
    block.entries[piece.entry].content = Digest::of(block.at(piece.at, piece.size));
  }
}

}  // namespace bale::oci
