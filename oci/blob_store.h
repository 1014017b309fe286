// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "oci/descriptor.h"
#include "oci/fd.h"
#include "oci/io.h"

namespace bale::oci {

/// Content by digest: a layout folder, an archive, a registry repository, memory. Thread-safe.
class BlobProvider {
 public:
  virtual ~BlobProvider() = default;

  /// The size of the blob, or nothing where it is absent. May cost a request.
  virtual std::optional<std::uint64_t> size(const Digest& digest) const = 0;

  /// The blob as a file of its own, where it is one; not verified. For copies inside the kernel.
  virtual std::optional<UniqueFd> open_file(const Digest& digest) const;

  /// The content, verified: the source ends only if digest and size of the descriptor hold.
  /// `descriptor.data` serves where it is there. Throws kNotFound; reading throws kCorrupt. This
  /// must outlive the source, which belongs to one thread at a time.
  std::unique_ptr<Source> open(const Descriptor& descriptor) const;

  /// The content as it is, for a receiver that checks the digest itself, as registries do: a push
  /// never hashes.
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor) const;

 protected:
  BlobProvider() = default;
  BlobProvider(const BlobProvider&) = default;
  BlobProvider& operator=(const BlobProvider&) = default;

 private:
  virtual std::unique_ptr<Source> do_open(const Descriptor& descriptor) const = 0;
};

/// A blob on its way into a store. One thread at a time. Destroyed before `finish`: it never was.
class BlobWriter : public Sink {
 public:
  /// Commits the blob under `digest`, which the caller has computed from the very bytes written,
  /// or has verified with a VerifyingSource. Atomic; idempotent where the blob is there already.
  /// Readers see all of it or nothing.
  virtual void finish(const Digest& digest) = 0;
};

/// A provider that takes blobs too. Thread-safe; each writer serves one thread at a time.
class BlobStore : public BlobProvider {
 public:
  /// For a blob that is about to be written; may be destroyed at any time without a trace.
  virtual std::unique_ptr<BlobWriter> create_blob() = 0;

  /// What whoever wrote or read a layer to its end has counted: kept where the store has a place
  /// for it, else forgotten.
  virtual void keep_uncompressed_size(const DiffId& layer, std::uint64_t size);

  /// Takes a file as a blob without moving its bytes, verified, where the file system can share
  /// them; false where it cannot, and nothing has happened.
  virtual bool try_clone(const UniqueFd& file, const Descriptor& descriptor);

  /// Takes a file whose content the caller has verified as a blob, by renaming it; false where it
  /// is on another file system, and nothing has happened.
  virtual bool try_adopt(const std::filesystem::path& file, const Digest& digest);
};

/// Copies one blob, verified on the way; nothing happens where the store has it. Throws kNotFound,
/// kCorrupt.
void copy_blob(const BlobProvider& from, const Descriptor& descriptor, BlobStore& to);

/// Blobs in memory, for tests and small documents.
class MemoryStore final : public BlobStore {
 public:
  MemoryStore();
  ~MemoryStore() override;
  std::optional<std::uint64_t> size(const Digest& digest) const override;
  std::unique_ptr<BlobWriter> create_blob() override;

 private:
  struct State;
  class Writer;
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;
  std::shared_ptr<State> state_;  // shared with the writers and sources that outlive a call
};

}  // namespace bale::oci
