// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_content.h"

#include <algorithm>
#include <array>
#include <utility>

#include "oci/error.h"
#include "registry/repository.h"

namespace bale::registry {

namespace {

std::shared_ptr<const oci::UniqueFd> file_of(const oci::BlobProvider& from,
                                             const oci::Descriptor& blob) {
  if (blob.data) return nullptr;
  auto file = from.open_file(blob.digest);
  return file ? std::make_shared<const oci::UniqueFd>(*std::move(file)) : nullptr;
}

void skip(oci::Source& source, std::uint64_t count) {
  std::array<std::byte, 16 * 1024> waste;
  while (count > 0) {
    const std::size_t step = std::min<std::uint64_t>(count, waste.size());
    const std::size_t got = source.read(std::span(waste).first(step));
    if (got == 0) return;  // a source that is too short fails where its end is expected
    count -= got;
  }
}

}  // namespace

/// What one request sends; ends after its size, wherever the stream behind it goes on.
class BlobContent::Part final : public oci::Source {
 public:
  Part(BlobContent& content, std::unique_ptr<oci::Source> file, std::uint64_t offset,
       std::uint64_t size)
      : content_(content), file_(std::move(file)), done_(offset), end_(offset + size) {}

  std::size_t read(oci::MutableBytes buffer) override {
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), end_ - done_);
    if (wanted == 0) return 0;
    oci::Source& source = file_ ? *file_ : *content_.stream_;
    const std::size_t got = source.read(buffer.first(wanted));
    if (!file_) content_.position_ += got;
    content_.task_.advance(done_ += got, content_.blob_.size);
    return got;
  }

 private:
  BlobContent& content_;
  std::unique_ptr<oci::Source> file_;
  std::uint64_t done_;
  const std::uint64_t end_;
};

BlobContent::BlobContent(const oci::BlobProvider& from, const oci::Descriptor& blob,
                         oci::ProgressTask& task)
    : from_(from), blob_(blob), task_(task), file_(file_of(from, blob)) {}

BlobContent::~BlobContent() = default;

Body BlobContent::part(std::uint64_t offset, std::uint64_t size) {
  return {[this, offset, size] { return open(offset, size); }, size};
}

std::unique_ptr<oci::Source> BlobContent::open(std::uint64_t offset, std::uint64_t size) {
  std::unique_ptr<oci::Source> file;
  if (file_) {
    file = std::make_unique<oci::FileRangeSource>(file_, offset, size);
  } else {
    go_to(offset);
  }
  return std::make_unique<Part>(*this, std::move(file), offset, size);
}

void BlobContent::go_to(std::uint64_t offset) {
  if (stream_ && position_ == offset) return;
  if (const auto* repository = dynamic_cast<const Repository*>(&from_)) {
    stream_ = repository->get_blob(blob_, offset);
  } else {
    stream_ = from_.open_unverified(blob_);
    skip(*stream_, offset);
  }
  position_ = offset;
}

}  // namespace bale::registry
