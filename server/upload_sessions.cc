// SPDX-License-Identifier: Apache-2.0
#include "server/upload_sessions.h"

#include <atomic>
#include <utility>

#include <fcntl.h>
#include <sys/random.h>

#include "oci/error.h"

namespace bale::server {

namespace {

std::string random_id() {
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
    throw oci::errno_error("reading random bytes");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

oci::Digest digest_of_file(const std::filesystem::path& path, oci::DigestAlgorithm algorithm) {
  oci::FileSource source(oci::open_file(path, O_RDONLY));
  oci::Hasher hasher(algorithm);
  const auto buffer = std::make_unique<std::byte[]>(oci::kChunkSize);
  while (const std::size_t got = source.read({buffer.get(), oci::kChunkSize})) {
    hasher.update({buffer.get(), got});
  }
  return hasher.finish();
}

}  // namespace

Upload::Upload(oci::ImageLayout& blobs, oci::DigestAlgorithm algorithm)
    : blobs_(blobs),
      file_(blobs.temporary().create_file()),
      algorithm_(algorithm),
      hasher_(algorithm) {}

void Upload::write(oci::Bytes bytes) {
  file_.write(bytes);
  hasher_.update(bytes);
  size_ += bytes.size();
}

/// A digest of another algorithm than foreseen costs another read of the file.
oci::Digest Upload::digest(oci::DigestAlgorithm algorithm) {
  return algorithm == algorithm_ ? hasher_.finish() : digest_of_file(file_.path(), algorithm);
}

bool Upload::finish(const oci::Digest& expected) {
  if (digest(expected.algorithm()) != expected) return false;
  blobs_.try_adopt(file_.path(), expected);  // the same file system: it cannot decline
  return true;
}

struct UploadSessions::Session {
  Session(std::string in, oci::ImageLayout& blobs) : repository(std::move(in)), upload(blobs) {}

  const std::string repository;
  std::timed_mutex turn;  // of the request that is at it
  Upload upload;
  std::atomic<Clock::time_point> last_used = Clock::now();
};

UploadSessions::Lease::Lease(std::shared_ptr<Session> session,
                             std::unique_lock<std::timed_mutex> turn)
    : session_(std::move(session)), turn_(std::move(turn)) {}

UploadSessions::Lease::~Lease() {
  if (session_) session_->last_used = Clock::now();
}

Upload& UploadSessions::Lease::upload() const { return session_->upload; }

UploadSessions::UploadSessions(oci::ImageLayout& blobs, UploadLimits limits)
    : blobs_(blobs), limits_(limits) {}

UploadSessions::~UploadSessions() = default;

std::optional<std::string> UploadSessions::start(const std::string& repository) {
  const std::lock_guard lock(mutex_);
  drop_idle();
  if (sessions_.size() >= limits_.sessions) return std::nullopt;
  std::string id = random_id();
  sessions_.emplace(id, std::make_shared<Session>(repository, blobs_));
  return id;
}

std::variant<UploadSessions::Lease, UploadSessions::Refusal> UploadSessions::take(
    const std::string& repository, const std::string& id) {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return Refusal::kUnknown;
    session = found->second;
  }
  if (session->repository != repository) return Refusal::kUnknown;
  // A request whose client went away may not have noticed yet.
  std::unique_lock turn(session->turn, limits_.patience);
  if (!turn.owns_lock()) return Refusal::kBusy;
  return Lease(std::move(session), std::move(turn));
}

void UploadSessions::drop(const std::string& id) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(id);
}

void UploadSessions::drop_idle() {
  const auto oldest = Clock::now() - limits_.idle;
  std::erase_if(sessions_, [&](const auto& entry) {
    const auto& session = entry.second;
    // Only the table knows it: no request is at it.
    return session.use_count() == 1 && session->last_used.load() < oldest;
  });
}

}  // namespace bale::server
