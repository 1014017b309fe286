// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/layer_options.h"
#include "oci/tar_entry.h"
#include "oci/thread_pool.h"

namespace bale::oci {

/// A finished layer: its blob is in the store, and so is its table of contents.
struct LayerResult {
  Descriptor descriptor;
  DiffId diff_id;
  std::uint64_t uncompressed_size = 0;
};

/// Makes one layer in one pass: files -> tar -> hash (DiffId) -> compress -> hash (digest) -> blob.
/// Files are read ahead, and hashing and compressing run on other threads than the caller's; memory
/// is bounded whatever the layer's size or number of entries: below 100 MiB on two threads, of
/// which the blocks on the way take at most 64 MiB (BlockPipeline). The same entries in the same
/// order with the same options give the same bytes, with any number of threads (all levels but
/// kFast: on every machine).
///
/// Entries come in the order of the tar: the caller sorts, parents before children. One thread at a
/// time. Destroyed before `finish`: no blob, nothing left behind.
class LayerWriter {
 public:
  /// All three must outlive the writer. `toc` receives the table of contents; it and the blob are
  /// written on threads of the pool, one at a time. Any number of writers may share a pool, and be
  /// used inside its tasks: each gets on by its own thread alone where it has to. Everything throws
  /// kInterrupted once `stop` is requested.
  LayerWriter(BlobStore& store, ThreadPool& pool, const LayerOptions& options, Sink& toc,
              std::stop_token stop = {});
  ~LayerWriter();
  LayerWriter(const LayerWriter&) = delete;
  LayerWriter& operator=(const LayerWriter&) = delete;

  /// An entry without content: anything but a regular file with bytes.
  void add(TarEntry entry);
  /// A regular file of the host, opened without following a final symlink; it may be read later
  /// than the call. `finish` (or a later add) throws kFailed, naming the file, if it cannot be read
  /// or is not `entry.size` bytes long when it is read.
  void add_file(TarEntry entry, std::filesystem::path host_path);
  void add_bytes(TarEntry entry, std::string content);
  /// Reads `entry.size` bytes from the source before it returns.
  void add_stream(TarEntry entry, Source& content);

  /// Waits for everything and commits the blob.
  LayerResult finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
