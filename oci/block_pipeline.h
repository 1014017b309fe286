// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "oci/block_compressor.h"
#include "oci/chunked_table.h"
#include "oci/job_queue.h"
#include "oci/layer_block.h"
#include "oci/toc_writer.h"
#include "oci/twin_hasher.h"

namespace bale::oci {

/// What became of a stream that went through the pipeline.
struct PackedStream {
  Digest plain_digest;
  std::uint64_t plain_size = 0;
  Digest packed_digest;
  std::uint64_t packed_size = 0;
  Annotations annotations = {};  ///< of the descriptor
};

/// The tables that are written of the entries in blocks; each may be null.
struct BlockTables {
  /// Gets the entries, with the digests of their contents.
  TocWriter* toc = nullptr;
  /// Packs each content in frames of its own, and ends the stream with a table of them. Only with
  /// `toc`, or blocks whose entries are complete.
  ChunkedTable* chunked = nullptr;
};

/// The way of blocks to a blob. Filling and compressing a block is one job, and any number of them
/// run at once; behind them two stages take the blocks in order, each stage on one thread at a
/// time: the hashes of the plain stream and of the contents in it; then the tables, and the hash
/// and writing of the compressed stream.
///
///     put -> fill ---> plain hashes ---+
///                 \--> compress -------+--> tables, packed hash, write
///               (any order)
///
/// Blocks on the way take at most kBlockMemory (at least four blocks, at most two a thread). One
/// thread at a time; its jobs run on the pool and in whoever waits in `take` or `finish`.
class BlockPipeline {
 public:
  static constexpr std::size_t kBlockMemory = std::size_t{64} << 20;

  /// All four must outlive the pipeline.
  BlockPipeline(ThreadPool& pool, BlockCompressor& compressor, const BlockTables& tables,
                Sink& packed);

  /// An empty block, as soon as there is room for one. Throws the first error of a job.
  std::unique_ptr<LayerBlock> take();
  void put(std::unique_ptr<LayerBlock> block);
  /// Waits for all blocks. Throws the first error of a job. Once, last.
  PackedStream finish();

 private:
  enum class Progress { kLaidOut, kFilled, kPacked };
  struct Slot {
    std::unique_ptr<LayerBlock> block;
    Progress progress = Progress::kLaidOut;
  };
  struct Stage {
    Progress needs;
    void (BlockPipeline::*step)(LayerBlock&);
    const Stage* before;  // has had the block; null: none
    std::uint64_t next = 0;
    bool running = false;
  };

  void work(Slot& slot);
  void pack(LayerBlock& block);
  void reach(Slot& slot, Progress progress);
  void start_stages();
  void run(Stage& stage);
  LayerBlock* next_block(Stage& stage);
  Slot* ready_slot(const Stage& stage);
  void pass(Stage& stage);
  void run_guarded(const std::function<void()>& action) noexcept;
  void wait_until(const std::function<bool()>& done);

  void hash_plain(LayerBlock& block);
  void write(LayerBlock& block);
  void write_packed_bytes(Bytes bytes);

  BlockCompressor& compressor_;
  const BlockTables tables_;
  Sink& packed_;
  std::size_t most_blocks_;
  bool stored_;                         // the compressor hands blocks through: one hash is both
  std::unique_ptr<ZstdStream> stream_;  // null where packed blocks are the blob
  std::uint64_t next_number_ = 0;

  TwinHasher plain_hasher_;  // each used by one stage only
  std::uint64_t plain_size_ = 0;
  Hasher packed_hasher_;
  std::uint64_t packed_size_ = 0;
  std::uint64_t written_size_ = 0;  // of the tar, as far as it is written

  std::mutex mutex_;  // guards what follows
  std::deque<Slot> slots_;
  std::vector<std::unique_ptr<LayerBlock>> idle_;
  std::array<Stage, 2> stages_;
  std::exception_ptr error_;
  std::atomic<bool> failed_ = false;

  JobQueue jobs_;  // the last member: destroyed first, it joins the jobs that use the others
};

}  // namespace bale::oci
