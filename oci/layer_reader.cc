// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_reader.h"

#include <utility>

#include "oci/decompressor.h"
#include "oci/error.h"
#include "oci/read_ahead.h"

namespace bale::oci {

namespace {

/// Below this a thread costs more than it gains.
constexpr std::uint64_t kSmallBlob = std::uint64_t{256} * 1024;

/// Counts and hashes what passes.
class CheckedStream final : public Source {
 public:
  enum class Hashing { kOn, kOff };

  CheckedStream(std::unique_ptr<Source> next, std::uint64_t limit, Hashing hashing)
      : next_(std::move(next)), limit_(limit) {
    if (hashing == Hashing::kOn) hasher_.emplace();
  }

  std::size_t read(MutableBytes buffer) override {
    const std::size_t got = next_->read(buffer);
    size_ += got;
    if (size_ > limit_) {
      throw Error(ErrorCode::kCorrupt,
                  "it unpacks to more than the " + std::to_string(limit_) + " bytes allowed",
                  "if this is what it should be, raise --max-unpacked");
    }
    if (hasher_) hasher_->update(buffer.first(got));
    return got;
  }

  Digest finish() { return hasher_->finish(); }
  std::uint64_t size() const { return size_; }

 private:
  std::unique_ptr<Source> next_;
  std::uint64_t limit_;
  std::uint64_t size_ = 0;
  std::optional<Hasher> hasher_;
};

std::unique_ptr<Source> open_plain(std::unique_ptr<Source> packed, std::uint64_t size) {
  auto plain = std::make_unique<Decompressor>(std::move(packed));
  if (size < kSmallBlob) return plain;
  return std::make_unique<ReadAheadSource>(std::move(plain));
}

}  // namespace

std::unique_ptr<Source> open_layer(const BlobProvider& blobs, const Descriptor& layer,
                                   const UnpackLimits& limits) {
  return open_packed(blobs.open(layer), layer.size, limits);
}

std::unique_ptr<Source> open_packed(std::unique_ptr<Source> packed, std::uint64_t size,
                                    const UnpackLimits& limits) {
  return std::make_unique<CheckedStream>(open_plain(std::move(packed), size), limits.for_blob(size),
                                         CheckedStream::Hashing::kOff);
}

void check_diff_id(const DiffId& actual, const DiffId& expected) {
  if (actual == expected) return;
  throw Error(ErrorCode::kCorrupt, "its DiffID is " + actual.to_string() + " and the config says " +
                                       expected.to_string());
}

struct LayerReader::State {
  State(const BlobProvider& blobs, const Descriptor& layer, const std::optional<DiffId>& diff_id,
        std::uint64_t limit)
      : expected(diff_id),
        stream(open_plain(blobs.open(layer), layer.size), limit,
               diff_id ? CheckedStream::Hashing::kOn : CheckedStream::Hashing::kOff),
        tar(stream) {}

  std::optional<DiffId> expected;
  CheckedStream stream;
  TarReader tar;
};

LayerReader::LayerReader(const BlobProvider& blobs, const Descriptor& layer,
                         const std::optional<DiffId>& expected, const UnpackLimits& limits)
    : state_(std::make_unique<State>(blobs, layer, expected, limits.for_blob(layer.size))) {}

LayerReader::~LayerReader() = default;

TarReader& LayerReader::tar() { return state_->tar; }

std::uint64_t LayerReader::finish() {
  state_->tar.drain();
  if (state_->expected) check_diff_id(DiffId(state_->stream.finish()), *state_->expected);
  return state_->stream.size();
}

}  // namespace bale::oci
