// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "oci/descriptor.h"
#include "oci/progress.h"
#include "registry/blob_content.h"
#include "registry/repository.h"
#include "registry/upload_journal.h"

namespace bale::registry {

/// How the content of a blob is sent, and how often it is begun.
struct UploadPolicy {
  /// Blobs up to this size go in one streamed request even after a break: sending them again costs
  /// less than the requests that parts need.
  std::uint64_t stream_limit = std::uint64_t{32} << 20;
  /// A blob is cut into as many equal parts of at least this size as it holds, so that it can
  /// resume; one that holds no two of them goes in one request too. After a break parts are
  /// smaller, down to `smallest_chunk`, since a break mostly costs the part that was on its way.
  /// Smaller ones from the start would be slower by half (docs/registries.md).
  std::uint64_t chunk_size = std::uint64_t{32} << 20;
  std::uint64_t smallest_chunk = std::uint64_t{4} << 20;
  RetryPolicy retry = {};
};

/// Sends the content of one blob, over breaks of the link and past what the registry does not take:
/// parts where it takes parts, else one stream. After a break it asks how far the registry is; one
/// that does not know gets everything again. One thread at a time.
class BlobUpload {
 public:
  /// All but `policy` must outlive it; `journal` may be null.
  BlobUpload(const Repository& to, const oci::Descriptor& blob, BlobContent& content,
             UploadPolicy policy, UploadJournal* journal, oci::Progress& log);

  /// Goes on with an upload of an earlier run, if there was one and the registry still has it;
  /// false otherwise.
  bool resume_earlier();
  /// Sends everything, into `opened` where the registry has opened an upload already. Throws what
  /// the last attempt failed with.
  void run(std::optional<Upload> opened = std::nullopt);

 private:
  std::optional<Upload> ask_earlier(const Upload& upload) const;
  bool may_resume() const;
  bool in_parts() const;
  std::uint64_t part_size() const;
  /// One request towards the end; true once the registry has the blob.
  bool step();
  bool send_whole();
  void send_part();
  void refused(const PartAnswer& answer, std::uint64_t size);
  bool finish();
  void find_our_place();
  void send_in_one_piece(const std::string& reason);
  void note_failure(const oci::Error& error);
  /// A link that broke once breaks again.
  void make_parts_smaller();
  void begin_anew();
  void remember();

  const Repository& to_;
  const oci::Descriptor& blob_;
  BlobContent& content_;
  const UploadPolicy policy_;
  UploadJournal* const journal_;
  oci::Progress& log_;

  std::optional<Upload> upload_;  // none: one has to be opened
  std::uint64_t chunk_;
  bool in_doubt_ = false;      // the registry may have more or less than we think
  bool resumed_ = false;       // it said itself how much it had; the digest will tell
  bool misplaced_ = false;     // the last part was refused for where it belongs
  bool may_be_there_ = false;  // a request that failed may have been the one that did it
  Clock::time_point not_before_ = {};
  int attempts_ = 1;
  int moves_ = 0;
  std::uint64_t offset_of_failure_ = 0;
};

}  // namespace bale::registry
