// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_download.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "oci/error.h"

namespace bale::registry {

namespace {

/// A transfer that got this much further before it broke has earned fresh attempts.
constexpr std::uint64_t kProgress = std::uint64_t{1} << 20;

/// Whether a partial answer is the part that was asked for: `bytes OFFSET-…`.
bool begins_at(const Headers& headers, std::uint64_t offset) {
  const std::string range = headers.find("Content-Range").value_or("");
  const std::string wanted = "bytes " + std::to_string(offset) + "-";
  return range.compare(0, wanted.size(), wanted) == 0;
}

}  // namespace

BlobDownload::BlobDownload(Open open, oci::Descriptor descriptor, std::uint64_t begin,
                           RetryPolicy retry)
    : open_(std::move(open)),
      descriptor_(std::move(descriptor)),
      retry_(retry),
      offset_(begin),
      offset_of_break_(begin) {
  open_at_offset({});
}

std::size_t BlobDownload::read(oci::MutableBytes buffer) {
  while (true) {
    try {
      if (!body_) open_at_offset({});
      skip();
      const std::size_t got = body_->read(buffer);
      offset_ += got;
      return got;
    } catch (const oci::Error& error) {
      if (error.code() != oci::ErrorCode::kUnavailable || offset_ >= descriptor_.size) throw;
      recover(error);
    }
  }
}

void BlobDownload::recover(const oci::Error& broken) {
  body_.reset();
  attempts_ = offset_ - offset_of_break_ >= kProgress ? 1 : attempts_ + 1;
  offset_of_break_ = offset_;
  const auto delay = retry_delay(retry_, std::max(attempts_, 2), random_fraction());
  if (attempts_ > retry_.attempts || !delay) {
    throw broken.in("after " + std::to_string(offset_) + " of " + std::to_string(descriptor_.size) +
                    " bytes of " + descriptor_.digest.to_string());
  }
  open_at_offset(Clock::now() + *delay);
}

void BlobDownload::open_at_offset(Clock::time_point not_before) {
  StreamedResponse response = open_(offset_, not_before);
  body_ = std::move(response.body);
  to_skip_ = 0;
  if (offset_ == 0) return;
  if (response.head.status != 206) {
    to_skip_ = offset_;
  } else if (!begins_at(response.head.headers, offset_)) {
    throw oci::Error(oci::ErrorCode::kCorrupt, "asked for " + descriptor_.digest.to_string() +
                                                   " from byte " + std::to_string(offset_) +
                                                   ", got another part");
  }
}

void BlobDownload::skip() {
  std::array<std::byte, 16 * 1024> waste;
  while (to_skip_ > 0) {
    const std::size_t part = std::min<std::uint64_t>(to_skip_, waste.size());
    const std::size_t got = body_->read(std::span(waste).first(part));
    if (got == 0) return;
    to_skip_ -= got;
  }
}

}  // namespace bale::registry
