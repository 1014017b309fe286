// SPDX-License-Identifier: Apache-2.0
#include "oci/block_pipeline.h"

#include <algorithm>
#include <utility>

namespace bale::oci {

namespace {

std::size_t most_blocks(const ThreadPool& pool, const BlockCompressor& compressor) {
  const std::size_t each = compressor.block_size() + compressor.bound();
  const std::size_t affordable = std::max<std::size_t>(4, BlockPipeline::kBlockMemory / each);
  return std::min(affordable, 2 * pool.size() + 2);
}

}  // namespace

BlockPipeline::BlockPipeline(ThreadPool& pool, BlockCompressor& compressor,
                             const BlockTables& tables, Sink& packed)
    : compressor_(compressor),
      tables_(tables),
      packed_(packed),
      most_blocks_(most_blocks(pool, compressor)),
      stored_(compressor.bound() == 0),
      stream_(compressor.join(packed, pool.size())),
      stages_{Stage{Progress::kFilled, &BlockPipeline::hash_plain, nullptr},
              Stage{Progress::kPacked, &BlockPipeline::write, &stages_[0]}},
      jobs_(pool) {}

std::unique_ptr<LayerBlock> BlockPipeline::take() {
  wait_until([this] { return slots_.size() < most_blocks_; });
  std::unique_ptr<LayerBlock> block;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      block = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!block) block = std::make_unique<LayerBlock>(compressor_.block_size(), compressor_.bound());
  block->reuse(next_number_++);
  return block;
}

void BlockPipeline::put(std::unique_ptr<LayerBlock> block) {
  Slot* slot = nullptr;
  {
    const std::lock_guard lock(mutex_);
    // References into a deque survive growth and shrinking at its ends.
    slot = &slots_.emplace_back(Slot{std::move(block)});
  }
  jobs_.submit([this, slot] { run_guarded([&] { work(*slot); }); });
}

PackedStream BlockPipeline::finish() {
  wait_until([this] { return slots_.empty(); });
  ChunkedTable::Ending ending;
  if (tables_.chunked != nullptr) ending = tables_.chunked->finish(packed_size_);
  write_packed_bytes(as_bytes(ending.frames));
  Digest plain = plain_hasher_.finish();
  if (stream_) {
    ZstdStream::Packed packed = stream_->finish();
    return {std::move(plain), plain_size_, std::move(packed.digest), packed.size};
  }
  Digest packed = stored_ ? plain : packed_hasher_.finish();
  return {std::move(plain), plain_size_, std::move(packed), packed_size_,
          std::move(ending.annotations)};
}

void BlockPipeline::work(Slot& slot) {
  fill_block(*slot.block);
  if (tables_.toc != nullptr && !TwinHasher::is_one_pass()) hash_whole_contents(*slot.block);
  reach(slot, Progress::kFilled);
  pack(*slot.block);
  reach(slot, Progress::kPacked);
}

void BlockPipeline::pack(LayerBlock& block) {
  if (tables_.chunked != nullptr) return pack_contents_apart(block, compressor_);
  block.packed = compressor_.compress(block.content(), block.room());
}

void BlockPipeline::reach(Slot& slot, Progress progress) {
  const std::lock_guard lock(mutex_);
  slot.progress = progress;
  start_stages();
}

void BlockPipeline::start_stages() {
  for (auto& stage : stages_) {
    if (stage.running || ready_slot(stage) == nullptr) continue;
    stage.running = true;
    // Before further blocks: a stage that lags holds memory.
    jobs_.submit([this, &stage] { run_guarded([&] { run(stage); }); }, JobQueue::Priority::kNext);
  }
}

void BlockPipeline::run(Stage& stage) {
  while (LayerBlock* block = next_block(stage)) {
    (this->*stage.step)(*block);
    pass(stage);
  }
}

LayerBlock* BlockPipeline::next_block(Stage& stage) {
  const std::lock_guard lock(mutex_);
  const Slot* slot = ready_slot(stage);
  stage.running = slot != nullptr;
  return slot != nullptr ? slot->block.get() : nullptr;
}

BlockPipeline::Slot* BlockPipeline::ready_slot(const Stage& stage) {
  if (slots_.empty() || (stage.before != nullptr && stage.next == stage.before->next))
    return nullptr;
  const std::uint64_t index = stage.next - slots_.front().block->number;
  if (index >= slots_.size() || slots_[index].progress < stage.needs) return nullptr;
  return &slots_[index];
}

void BlockPipeline::pass(Stage& stage) {
  const std::lock_guard lock(mutex_);
  ++stage.next;
  while (!slots_.empty() && slots_.front().block->number < stages_.back().next) {
    idle_.push_back(std::move(slots_.front().block));
    slots_.pop_front();
  }
  start_stages();
}

void BlockPipeline::run_guarded(const std::function<void()>& action) noexcept {
  if (failed_) return;
  try {
    action();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
    failed_ = true;
  }
}

void BlockPipeline::wait_until(const std::function<bool()>& done) {
  jobs_.help_until([&] {
    const std::lock_guard lock(mutex_);
    return failed_ || done();
  });
  const std::lock_guard lock(mutex_);
  if (error_) std::rethrow_exception(error_);
}

void BlockPipeline::hash_plain(LayerBlock& block) {
  plain_size_ += block.used;
  Bytes rest = block.content();
  const auto take = [&rest](std::size_t size) {
    const Bytes taken = rest.first(size);
    rest = rest.subspan(size);
    return taken;
  };
  for (const auto& piece : block.pieces) {
    if (tables_.toc == nullptr) break;
    if (piece.last && block.entries[piece.entry].content) continue;
    plain_hasher_.update(take(piece.at - (block.used - rest.size())));
    plain_hasher_.update_content(take(piece.size));
    if (piece.last) block.entries[piece.entry].content = plain_hasher_.finish_content();
  }
  plain_hasher_.update(rest);
}

void BlockPipeline::write(LayerBlock& block) {
  if (tables_.toc != nullptr)
    for (const auto& entry : block.entries) tables_.toc->add(entry);
  if (tables_.chunked != nullptr) tables_.chunked->add(block, written_size_, packed_size_);
  written_size_ += block.used;
  write_packed_bytes(block.packed);
}

void BlockPipeline::write_packed_bytes(Bytes bytes) {
  if (stream_) return stream_->write(bytes);
  if (!stored_) packed_hasher_.update(bytes);
  packed_size_ += bytes.size();
  packed_.write(bytes);
}

}  // namespace bale::oci
