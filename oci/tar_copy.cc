// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_copy.h"

#include <algorithm>

#include "oci/error.h"
#include "oci/tar_reader.h"

namespace bale::oci {

namespace {

/// Gives out what another source gives, and passes it on.
class TappedSource final : public Source {
 public:
  TappedSource(Source& next, Sink& tap) : next_(next), tap_(tap) {}

  std::size_t read(MutableBytes buffer) override {
    const Bytes got = buffer.first(next_.read(buffer));
    anything_ = anything_ || !got.empty();
    // Over after the first header of any tar that has one.
    only_zeros_ = only_zeros_ && std::all_of(got.begin(), got.end(),
                                             [](std::byte byte) { return byte == std::byte{0}; });
    tap_.write(got);
    return got.size();
  }

  bool gave_anything() const { return anything_; }
  bool gave_only_zeros() const { return only_zeros_; }

 private:
  Source& next_;
  Sink& tap_;
  bool anything_ = false;
  bool only_zeros_ = true;
};

}  // namespace

void copy_tar(Source& tar, Sink& to) {
  TappedSource tapped(tar, to);
  TarReader reader(tapped);
  bool has_entries = false;
  while (reader.next()) has_entries = true;
  reader.drain();
  if (!tapped.gave_anything()) throw Error(ErrorCode::kCorrupt, "tar: it is empty");
  // As an image of a disk may begin.
  if (!has_entries && !tapped.gave_only_zeros()) {
    throw Error(ErrorCode::kCorrupt, "tar: it holds no entry, and more than zeros");
  }
}

}  // namespace bale::oci
