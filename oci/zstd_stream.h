// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "oci/digest.h"
#include "oci/io.h"
#include "oci/zstd_sink.h"

namespace bale::oci {

/// Compresses all that is written to it as one zstd frame, in which matches reach 16 MiB back (a
/// window that every reader of layers grants), and notes what became of it. What packs better than
/// a thousand to one is filled up, as make_zstd_compressor does it. Works on up to four threads of
/// its own; the outcome does not depend on their number. One thread at a time.
class ZstdStream {
 public:
  /// `packed` must outlive it.
  ZstdStream(Sink& packed, int level, std::size_t threads);

  void write(Bytes plain);

  struct Packed {
    Digest digest;
    std::uint64_t size = 0;
  };
  /// Ends the frame. Once, last.
  Packed finish();

 private:
  HashingSink packed_;
  ZstdSink frame_;
};

}  // namespace bale::oci
