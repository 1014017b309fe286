// SPDX-License-Identifier: Apache-2.0
#include "tools/interruptible_provider.h"

#include <utility>

#include "oci/error.h"
#include "oci/io.h"

namespace bale::tools {

namespace {

class InterruptibleSource final : public oci::Source {
 public:
  InterruptibleSource(std::unique_ptr<oci::Source> next, const std::stop_token& stop)
      : next_(std::move(next)), stop_(stop) {}

  std::size_t read(oci::MutableBytes buffer) override {
    if (stop_.stop_requested()) throw oci::Error(oci::ErrorCode::kInterrupted, "interrupted");
    return next_->read(buffer);
  }

 private:
  const std::unique_ptr<oci::Source> next_;
  const std::stop_token& stop_;
};

}  // namespace

InterruptibleProvider::InterruptibleProvider(std::shared_ptr<const oci::BlobProvider> next,
                                             std::stop_token stop)
    : next_(std::move(next)), stop_(std::move(stop)) {}

std::optional<std::uint64_t> InterruptibleProvider::size(const oci::Digest& digest) const {
  return next_->size(digest);
}

std::optional<oci::UniqueFd> InterruptibleProvider::open_file(const oci::Digest& digest) const {
  return next_->open_file(digest);
}

std::unique_ptr<oci::Source> InterruptibleProvider::do_open(
    const oci::Descriptor& descriptor) const {
  return std::make_unique<InterruptibleSource>(next_->open_unverified(descriptor), stop_);
}

}  // namespace bale::tools
