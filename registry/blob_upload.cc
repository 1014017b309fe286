// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_upload.h"

#include <algorithm>
#include <string>
#include <utility>

#include "oci/error.h"

namespace bale::registry {

namespace {

/// A proxy that takes less than this in one request is not made for registries.
constexpr std::uint64_t kSmallestBody = std::uint64_t{256} * 1024;
/// What a registry may ask for as the least size of a part.
constexpr std::uint64_t kLargestMinimum = std::uint64_t{1} << 30;
/// An upload that got this much further before it broke has earned fresh attempts.
constexpr std::uint64_t kProgress = std::uint64_t{1} << 20;
/// How often a registry may say that a part belongs elsewhere.
constexpr int kMostMoves = 8;

/// What parts are rounded up to.
constexpr std::uint64_t kPartUnit = std::uint64_t{1} << 20;

/// Equal parts rather than full ones and a rest: a rest costs a request as well.
std::uint64_t first_part_size(std::uint64_t blob, std::uint64_t least) {
  const std::uint64_t parts = std::max<std::uint64_t>(1, blob / least);
  if (parts == 1) return blob;
  const std::uint64_t part = (blob + parts - 1) / parts;
  return (part + kPartUnit - 1) / kPartUnit * kPartUnit;
}

}  // namespace

BlobUpload::BlobUpload(const Repository& to, const oci::Descriptor& blob, BlobContent& content,
                       UploadPolicy policy, UploadJournal* journal, oci::Progress& log)
    : to_(to),
      blob_(blob),
      content_(content),
      policy_(policy),
      journal_(journal),
      log_(log),
      chunk_(first_part_size(blob.size, policy.chunk_size)) {}

bool BlobUpload::resume_earlier() {
  if (journal_ == nullptr || !may_resume()) return false;
  const auto entry = journal_->find(to_.name(), blob_.digest);
  if (!entry) return false;
  const auto known = ask_earlier({entry->location, entry->offset});
  if (!known || known->offset > blob_.size) {
    journal_->forget(to_.name(), blob_.digest);
    return false;
  }
  log_.debug("going on with " + blob_.digest.to_string() + " from byte " +
             std::to_string(known->offset));
  upload_ = known;
  resumed_ = true;
  make_parts_smaller();
  return true;
}

/// A refusal speaks of that upload only, whose location may have been a permission that has
/// expired: whether we may upload is asked with the next one.
std::optional<Upload> BlobUpload::ask_earlier(const Upload& upload) const {
  try {
    return to_.upload_status(upload);
  } catch (const oci::Error& error) {
    if (error.code() != oci::ErrorCode::kDenied) throw;
    return std::nullopt;
  }
}

void BlobUpload::run(std::optional<Upload> opened) {
  if (opened) upload_ = std::move(opened);
  bool done = false;
  while (!done) {
    try {
      done = step();
    } catch (const oci::Error& error) {
      note_failure(error);
    }
  }
  if (journal_ != nullptr) journal_->forget(to_.name(), blob_.digest);
}

bool BlobUpload::may_resume() const {
  const UploadLimits& limits = to_.upload_limits();
  return limits.chunks() && blob_.size > std::min(policy_.stream_limit, limits.largest_body());
}

bool BlobUpload::in_parts() const { return may_resume() && blob_.size > part_size(); }

std::uint64_t BlobUpload::part_size() const {
  return std::min(chunk_, to_.upload_limits().largest_body());
}

bool BlobUpload::step() {
  if (in_doubt_) find_our_place();
  if (!upload_) {
    if (std::exchange(may_be_there_, false) && to_.head_blob(blob_.digest)) return true;
    upload_ = to_.start_upload(not_before_);
  }
  // The registry may keep what a dying run sent, and the next run cuts into smaller parts.
  if (upload_->offset == 0 && may_resume()) remember();
  if (!in_parts() && upload_->offset == 0) return send_whole();
  if (upload_->offset == blob_.size) return finish();
  send_part();
  return false;
}

bool BlobUpload::send_whole() {
  const PartAnswer answer = to_.put_upload(*upload_, blob_, content_.part(0, blob_.size));
  if (answer.verdict == PartAnswer::Verdict::kTaken) return true;
  UploadLimits& limits = to_.upload_limits();
  if (answer.verdict != PartAnswer::Verdict::kTooLarge || !limits.chunks()) throw *answer.error;
  limits.limit_body(std::min(chunk_, blob_.size / 2));
  begin_anew();
  return false;
}

void BlobUpload::send_part() {
  const std::uint64_t minimum = std::min(upload_->chunk_minimum, kLargestMinimum);
  const std::uint64_t size = std::min(std::max(part_size(), minimum), blob_.size - upload_->offset);
  const PartAnswer answer = to_.patch_upload(*upload_, content_.part(upload_->offset, size));
  if (answer.verdict != PartAnswer::Verdict::kTaken) return refused(answer, size);
  upload_ = answer.upload;
  if (upload_->offset > blob_.size) return begin_anew();
  remember();
}

void BlobUpload::remember() {
  if (journal_ == nullptr) return;
  journal_->keep(to_.name(), blob_.digest, {upload_->location, upload_->offset});
}

void BlobUpload::refused(const PartAnswer& answer, std::uint64_t size) {
  in_doubt_ = true;
  switch (answer.verdict) {
    case PartAnswer::Verdict::kTaken:
      return;
    case PartAnswer::Verdict::kTooLarge:
      if (size / 2 < kSmallestBody || upload_->chunk_minimum >= size) throw *answer.error;
      return to_.upload_limits().limit_body(size / 2);
    case PartAnswer::Verdict::kMisplaced:
      misplaced_ = true;
      return;
    case PartAnswer::Verdict::kRefused:
      return send_in_one_piece(answer.error->what());
  }
}

bool BlobUpload::finish() {
  const PartAnswer answer = to_.put_upload(*upload_, blob_, content_.part(blob_.size, 0));
  if (answer.verdict != PartAnswer::Verdict::kTaken) throw *answer.error;
  return true;
}

/// Asks how much the registry has. A part that is refused at the very place where the registry
/// says that it belongs was refused for being a part.
void BlobUpload::find_our_place() {
  const bool misplaced = std::exchange(misplaced_, false);
  const auto known = to_.upload_status(*upload_, not_before_);
  in_doubt_ = false;
  const bool moved = known && known->offset != upload_->offset;
  if (misplaced && (!moved || ++moves_ > kMostMoves)) {
    return send_in_one_piece(to_.name() + " takes no parts of this size");
  }
  if (!known || known->offset > blob_.size) return begin_anew();
  upload_ = known;
  resumed_ = true;
}

void BlobUpload::send_in_one_piece(const std::string& reason) {
  log_.debug(reason + "; sent in one piece");
  to_.upload_limits().refuse_chunks();
  begin_anew();
}

/// Decides what the next attempt begins with, or throws where there is none.
void BlobUpload::note_failure(const oci::Error& error) {
  const bool wrongly_resumed = error.code() == oci::ErrorCode::kCorrupt && resumed_;
  const bool passing =
      error.code() == oci::ErrorCode::kUnavailable || error.code() == oci::ErrorCode::kNotFound;
  if (!passing && !wrongly_resumed) throw error;
  const std::uint64_t offset = upload_ ? upload_->offset : 0;
  attempts_ = offset >= offset_of_failure_ + kProgress ? 2 : attempts_ + 1;
  offset_of_failure_ = offset;
  const auto delay = retry_delay(policy_.retry, attempts_, random_fraction());
  if (!delay) throw error;
  not_before_ = Clock::now() + *delay;
  log_.debug(std::string(error.what()) + "; goes on in " + std::to_string(delay->count()) + " ms");
  make_parts_smaller();
  may_be_there_ = true;
  if (may_resume() && upload_ && !wrongly_resumed) {
    in_doubt_ = true;
  } else {
    begin_anew();
  }
}

void BlobUpload::make_parts_smaller() {
  chunk_ = std::max(std::min(chunk_, policy_.smallest_chunk), chunk_ / 2);
}

void BlobUpload::begin_anew() {
  upload_.reset();
  in_doubt_ = false;
  resumed_ = false;
  if (journal_ != nullptr) journal_->forget(to_.name(), blob_.digest);
}

}  // namespace bale::registry
