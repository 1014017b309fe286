// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "oci/blob_store.h"
#include "oci/tar_reader.h"
#include "oci/unpack_limits.h"

namespace bale::oci {

/// The tar of a layer: verified, decompressed (on another thread where the blob is not small) and
/// held to its limits. `blobs` must outlive it.
std::unique_ptr<Source> open_layer(const BlobProvider& blobs, const Descriptor& layer,
                                   const UnpackLimits& limits = {});

/// The same for what is no blob yet: `packed` has `size` bytes.
std::unique_ptr<Source> open_packed(std::unique_ptr<Source> packed, std::uint64_t size,
                                    const UnpackLimits& limits = {});

/// Throws kCorrupt where a layer's tar is not the one that the config names.
void check_diff_id(const DiffId& actual, const DiffId& expected);

/// A layer blob on its way to its entries: verified, decompressed (on another thread where the blob
/// is not small), hashed and held to its limits. One thread at a time.
class LayerReader {
 public:
  /// Hashes the tar only if there is a DiffId to expect. `blobs` must outlive the reader.
  LayerReader(const BlobProvider& blobs, const Descriptor& layer,
              const std::optional<DiffId>& expected, const UnpackLimits& limits = {});
  ~LayerReader();
  LayerReader(const LayerReader&) = delete;
  LayerReader& operator=(const LayerReader&) = delete;

  TarReader& tar();
  /// Reads what is left and checks digest, size and DiffId: until then nothing is to be trusted.
  /// Returns the size of the tar. Throws kCorrupt.
  std::uint64_t finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
