// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_pusher.h"

#include <mutex>
#include <set>
#include <utility>

#include "oci/error.h"
#include "registry/transfer_group.h"

namespace bale::registry {

namespace {

/// Reports how far an upload is.
class ReportingSource final : public oci::Source {
 public:
  ReportingSource(std::unique_ptr<oci::Source> next, oci::ProgressTask& task, std::uint64_t size)
      : next_(std::move(next)), task_(task), size_(size) {}

  std::size_t read(oci::MutableBytes buffer) override {
    const std::size_t got = next_->read(buffer);
    task_.advance(done_ += got, size_);
    return got;
  }

 private:
  std::unique_ptr<oci::Source> next_;
  oci::ProgressTask& task_;
  std::uint64_t size_;
  std::uint64_t done_ = 0;
};

/// Whether another try from the start may help: a passing failure, or an upload that the registry
/// has lost (it answers 404 to the place it named).
bool is_worth_another_try(const oci::Error& error) {
  return error.code() == oci::ErrorCode::kUnavailable || error.code() == oci::ErrorCode::kNotFound;
}

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
    {
      const std::lock_guard lock(mutex_);
      if (!begun_.insert(blob.digest).second) return;
    }
    run([this, blob, &from](const Repository&) { push(blob, from); });
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
  void push(const oci::Descriptor& blob, const oci::BlobProvider& from) {
    const auto task = progress_.start(to_->name(), std::string(blob.digest.short_hex()));
    try {
      push_once(blob, from, *task);
    } catch (const oci::Error& error) {
      throw error.in("pushing " + blob.digest.to_string() + " to " + to_->name());
    }
    task->done();
  }

  void push_once(const oci::Descriptor& blob, const oci::BlobProvider& from,
                 oci::ProgressTask& task) {
    std::optional<Upload> upload;
    if (const auto neighbour = neighbour_with(blob.digest, from)) {
      upload = to_->mount_blob(blob.digest, *neighbour);
      if (!upload) return count(task, "mounted", &BlobCounts::mounted);
    } else {
      if (to_->head_blob(blob.digest)) return count(task, "there already", &BlobCounts::present);
      upload = to_->start_upload();
    }
    upload_with_retries(*std::move(upload), blob, from, task);
    count(task, "uploaded", &BlobCounts::uploaded);
    const std::lock_guard lock(mutex_);
    counts_.uploaded_bytes += blob.size;
  }

  /// An upload that broke off is begun anew: few registries can go on with one of which they do not
  /// know how much they got.
  void upload_with_retries(Upload upload, const oci::Descriptor& blob,
                           const oci::BlobProvider& from, oci::ProgressTask& task) {
    const auto open = [&] {
      return std::make_unique<ReportingSource>(from.open_unverified(blob), task, blob.size);
    };
    for (int attempt = 1;; ++attempt) {
      try {
        return to_->put_upload(upload, blob, {open, blob.size});
      } catch (const oci::Error& error) {
        const auto delay = retry_delay(options_.retry, attempt + 1, 0.5);
        if (!is_worth_another_try(error) || !delay) throw;
        progress_.debug(std::string(error.what()) + "; begun again");
        upload = to_->start_upload(Clock::now() + *delay);
      }
    }
  }

  /// A repository of the same registry that has the blob: the one it comes from, where it comes
  /// from a registry, else the one that is known to be its origin.
  std::optional<Repository> neighbour_with(const oci::Digest& digest,
                                           const oci::BlobProvider& from) const {
    std::optional<Repository> origin;
    if (const auto* repository = dynamic_cast<const Repository*>(&from)) {
      origin = *repository;
    } else if (options_.origin) {
      origin = options_.origin(digest);
    }
    if (!origin || origin->name() == to_->name() || !to_->shares_registry_with(*origin)) {
      return std::nullopt;
    }
    return origin;
  }

  void count(oci::ProgressTask& task, std::string_view word, std::size_t BlobCounts::*counter) {
    task.note(word);
    const std::lock_guard lock(mutex_);
    ++(counts_.*counter);
  }

  const BlobPusherOptions options_;
  oci::Progress& progress_;
  mutable std::mutex mutex_;  // guards begun_ and counts_
  std::set<oci::Digest> begun_;
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

void BlobPusher::run(std::function<void(const Repository& to)> work) {
  state_->run(std::move(work));
}

void BlobPusher::wait() { state_->wait(); }

BlobCounts BlobPusher::counts() const { return state_->counts(); }

}  // namespace bale::registry
