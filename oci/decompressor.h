// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "oci/input_buffer.h"
#include "oci/io.h"
#include "oci/media_type.h"

namespace bale::oci {

/// The plain bytes of a gzip, zstd or uncompressed stream, told apart by its first bytes and not by
/// what anybody declares. Takes gzip of several members and zstd of several frames, skippable ones
/// included, with windows up to 128 MiB (27 bits). Checksums and lengths are verified. Throws
/// kCorrupt for what is broken, truncated, or followed by anything else. One thread at a time.
class Decompressor final : public Source {
 public:
  explicit Decompressor(std::unique_ptr<Source> packed);
  ~Decompressor() override;

  Compression format() const { return format_; }
  std::size_t read(MutableBytes buffer) override { return plain_->read(buffer); }

 private:
  std::unique_ptr<Source> packed_;
  InputBuffer input_;
  Compression format_;
  std::unique_ptr<Source> plain_;
};

/// The two codecs; `input` must outlive what they return.
std::unique_ptr<Source> make_gzip_decompressor(InputBuffer& input);
std::unique_ptr<Source> make_zstd_decompressor(InputBuffer& input);

}  // namespace bale::oci
