// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_pusher.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "oci/error.h"
#include "registry/transfer_group.h"

namespace bale::registry {

namespace {

/// Asking a repository to mount a blob from itself tells whether it is there, and opens the upload
/// where it is not: a question saved. But some registries answer every mount with an upload, and
/// would get what they have once more. So this is for blobs that go out with the first packets of a
/// connection, and cost no more than the question; for larger ones only where the registry has
/// shown that it mounts.
constexpr std::uint64_t kFirstFlight = std::uint64_t{14} * 1024;

/// For so many larger blobs the registry is asked on purpose, with a blob that it has.
constexpr std::ptrdiff_t kWorthAsking = 3;
/// Of this size at most is a blob that the others wait for.
constexpr std::uint64_t kLargestScout = std::uint64_t{256} * 1024;

bool smaller(const oci::Descriptor& a, const oci::Descriptor& b) { return a.size < b.size; }

}  // namespace

class BlobPusher::State {
 public:
  State(const Repository& to, BlobPusherOptions options, oci::Progress& progress,
        const std::stop_token& stop)
      : options_(std::move(options)), progress_(progress), group_(options_.jobs, stop) {
    to_ = to.with_stop(group_.token());
  }

  const Repository& to() const { return *to_; }

  void start_blob(const oci::Descriptor& blob, const oci::BlobProvider& from) {
    if (begins(blob)) run_push(blob, from);
  }

  void start_blobs(std::vector<oci::Descriptor> blobs, const oci::BlobProvider& from) {
    std::erase_if(blobs, [this](const oci::Descriptor& blob) { return !begins(blob); });
    if (!is_worth_asking(blobs, from)) return run_all(blobs, from);
    std::optional<oci::Digest> known = known_blob();
    const auto scout = std::min_element(blobs.begin(), blobs.end(), smaller);
    if (!known && scout->size > kLargestScout) return run_all(blobs, from);
    std::optional<oci::Descriptor> first;
    if (!known) {
      first = *scout;
      known = scout->digest;
      blobs.erase(scout);
    }
    run([this, first, known, blobs = std::move(blobs), &from](const Repository&) {
      if (first) push(*first, from);
      learn_self_mounts(*known);
      run_all(blobs, from);
    });
  }

  bool uploaded(const oci::Digest& digest) const {
    const std::lock_guard lock(mutex_);
    return uploaded_.count(digest) > 0;
  }

  void run(std::function<void(const Repository& to)> work) {
    group_.run([this, work = std::move(work)] { work(*to_); });
  }

  void wait() { group_.wait(); }

  BlobCounts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  /// True for the first who asks.
  bool begins(const oci::Descriptor& blob) {
    const std::lock_guard lock(mutex_);
    return begun_.insert(blob.digest).second;
  }

  void run_push(const oci::Descriptor& blob, const oci::BlobProvider& from) {
    run([this, blob, &from](const Repository&) { push(blob, from); });
  }

  void run_all(const std::vector<oci::Descriptor>& blobs, const oci::BlobProvider& from) {
    for (const oci::Descriptor& blob : blobs) run_push(blob, from);
  }

  bool is_worth_asking(const std::vector<oci::Descriptor>& blobs,
                       const oci::BlobProvider& from) const {
    if (to_->upload_limits().self_mounts() != UploadLimits::SelfMounts::kUnknown) return false;
    const auto asked_for = [&](const oci::Descriptor& blob) {
      const bool present = options_.present.contains(blob.digest);
      return !present && blob.size > kFirstFlight && !other_neighbour_with(blob, from);
    };
    return std::count_if(blobs.begin(), blobs.end(), asked_for) >= kWorthAsking;
  }

  std::optional<oci::Digest> known_blob() const {
    const std::lock_guard lock(mutex_);
    return there_;
  }

  /// Asks for a mount of what is known to be there.
  void learn_self_mounts(const oci::Digest& there) {
    UploadLimits& limits = to_->upload_limits();
    if (limits.self_mounts() != UploadLimits::SelfMounts::kUnknown) return;
    const auto opened = to_->mount_blob(there, *to_);
    if (!opened) return;
    if (limits.self_mounts() == UploadLimits::SelfMounts::kUnknown) {
      limits.note_self_mounts(UploadLimits::SelfMounts::kIgnored);
    }
    to_->cancel_upload(*opened);
  }

  void push(const oci::Descriptor& blob, const oci::BlobProvider& from) {
    const auto task = progress_.start(to_->name(), std::string(blob.digest.short_hex()));
    try {
      push_once(blob, from, *task);
    } catch (const oci::Error& error) {
      throw error.in("pushing " + blob.digest.to_string() + " to " + to_->name());
    }
    task->done();
    const std::lock_guard lock(mutex_);
    there_ = blob.digest;
  }

  void push_once(const oci::Descriptor& blob, const oci::BlobProvider& from,
                 oci::ProgressTask& task) {
    if (options_.present.contains(blob.digest)) {
      return count(task, "there already", &BlobCounts::present);
    }
    BlobContent content(from, blob, task);
    BlobUpload upload(*to_, blob, content, options_.upload, options_.journal, progress_);
    std::optional<Upload> opened;
    if (const auto neighbour = neighbour_with(blob, from)) {
      opened = to_->mount_blob(blob.digest, *neighbour);
      const bool own = neighbour->name() == to_->name();
      if (!opened && own) return count(task, "there already", &BlobCounts::present);
      if (!opened) return count(task, "mounted", &BlobCounts::mounted);
    } else if (to_->head_blob(blob.digest)) {
      return count(task, "there already", &BlobCounts::present);
    }
    if (upload.resume_earlier()) opened.reset();
    upload.run(std::move(opened));
    count(task, "uploaded", &BlobCounts::uploaded);
    const std::lock_guard lock(mutex_);
    counts_.uploaded_bytes += blob.size;
    uploaded_.insert(blob.digest);
  }

  /// A repository of the same registry to mount the blob from: the one it comes from, where it
  /// comes from a registry, else the one that is known to be its origin, else this very one.
  std::optional<Repository> neighbour_with(const oci::Descriptor& blob,
                                           const oci::BlobProvider& from) const {
    if (auto other = other_neighbour_with(blob, from)) return other;
    return asks_by_mounting(blob) ? to_ : std::nullopt;
  }

  std::optional<Repository> other_neighbour_with(const oci::Descriptor& blob,
                                                 const oci::BlobProvider& from) const {
    std::optional<Repository> origin;
    if (const auto* repository = dynamic_cast<const Repository*>(&from)) {
      origin = *repository;
    } else if (options_.origin) {
      origin = options_.origin(blob.digest);
    }
    if (origin && origin->name() != to_->name() && to_->shares_registry_with(*origin)) {
      return origin;
    }
    return std::nullopt;
  }

  bool asks_by_mounting(const oci::Descriptor& blob) const {
    switch (to_->upload_limits().self_mounts()) {
      case UploadLimits::SelfMounts::kUnknown:
      case UploadLimits::SelfMounts::kIgnored:
        return blob.size <= kFirstFlight;
      case UploadLimits::SelfMounts::kDone:
        return true;
      case UploadLimits::SelfMounts::kRefused:
        return false;
    }
    return false;
  }

  void count(oci::ProgressTask& task, std::string_view word, std::size_t BlobCounts::*counter) {
    task.note(word);
    const std::lock_guard lock(mutex_);
    ++(counts_.*counter);
  }

  const BlobPusherOptions options_;
  oci::Progress& progress_;
  mutable std::mutex mutex_;  // guards what follows up to counts_
  std::set<oci::Digest> begun_;
  std::set<oci::Digest> uploaded_;
  std::optional<oci::Digest> there_;  // some blob that the repository has
  BlobCounts counts_;
  std::optional<Repository> to_;
  TransferGroup group_;  // last: its tasks use all of the above
};

BlobPusher::BlobPusher(const Repository& to, BlobPusherOptions options, oci::Progress& progress,
                       const std::stop_token& stop)
    : state_(std::make_unique<State>(to, std::move(options), progress, stop)) {}

BlobPusher::~BlobPusher() = default;

const Repository& BlobPusher::repository() const { return state_->to(); }

void BlobPusher::start_blob(const oci::Descriptor& blob, const oci::BlobProvider& from) {
  state_->start_blob(blob, from);
}

void BlobPusher::start_blobs(std::vector<oci::Descriptor> blobs, const oci::BlobProvider& from) {
  state_->start_blobs(std::move(blobs), from);
}

bool BlobPusher::uploaded(const oci::Digest& digest) const { return state_->uploaded(digest); }

void BlobPusher::run(std::function<void(const Repository& to)> work) {
  state_->run(std::move(work));
}

void BlobPusher::wait() { state_->wait(); }

BlobCounts BlobPusher::counts() const { return state_->counts(); }

}  // namespace bale::registry
