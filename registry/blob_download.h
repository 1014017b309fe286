// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "oci/descriptor.h"
#include "oci/error.h"
#include "oci/io.h"
#include "registry/http_message.h"

namespace bale::registry {

/// A blob as it comes in from a server. When the transfer breaks it asks for the rest, as often as
/// that brings it on; a server that sends everything again is listened to from where we were. Does
/// not verify. One thread at a time.
class BlobDownload final : public oci::Source {
 public:
  /// Asks for the bytes from `offset` on, not before a time; returns an answer of status 2xx or
  /// throws. Asked anew for each part, since signed addresses expire.
  using Open = std::function<StreamedResponse(std::uint64_t offset, Clock::time_point not_before)>;

  /// Opens the first part, from byte `begin` on, so that a blob that is not there is told at once.
  BlobDownload(Open open, oci::Descriptor descriptor, std::uint64_t begin = 0,
               RetryPolicy retry = {});

  std::size_t read(oci::MutableBytes buffer) override;

 private:
  void open_at_offset(Clock::time_point not_before);
  /// Reads past what came before the break, where the server sends everything again.
  void skip();
  void recover(const oci::Error& broken);

  const Open open_;
  const oci::Descriptor descriptor_;
  const RetryPolicy retry_;
  std::unique_ptr<oci::Source> body_;
  std::uint64_t offset_;
  std::uint64_t offset_of_break_;
  std::uint64_t to_skip_ = 0;
  int attempts_ = 1;
};

}  // namespace bale::registry
