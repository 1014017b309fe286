// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "oci/image_layout.h"

namespace bale::server {

/// A blob that is arriving: a temporary file beside the blobs, hashed as it grows. Destroyed before
/// `finish`: it never was. One thread at a time.
class Upload final : public oci::Sink {
 public:
  /// `blobs` must outlive this. `algorithm` is that of the digest that is expected.
  explicit Upload(oci::ImageLayout& blobs,
                  oci::DigestAlgorithm algorithm = oci::DigestAlgorithm::kSha256);

  void write(oci::Bytes bytes) override;
  std::uint64_t size() const { return size_; }
  /// Makes it a blob where its digest is the one expected. Once; nothing is written afterwards.
  bool finish(const oci::Digest& expected);

 private:
  oci::Digest digest(oci::DigestAlgorithm algorithm);

  oci::ImageLayout& blobs_;
  oci::TemporaryFile file_;
  oci::DigestAlgorithm algorithm_;
  oci::Hasher hasher_;
  std::uint64_t size_ = 0;
};

struct UploadLimits {
  std::size_t sessions = 256;
  /// A session that nobody writes to for so long may be forgotten.
  std::chrono::seconds idle{std::chrono::hours(1)};
  /// How long a request waits for the one before it at the same upload.
  std::chrono::milliseconds patience{2000};
};

/// Uploads in several requests (distribution-spec, "Pushing blobs"). They end with their process.
/// Thread-safe.
class UploadSessions {
 public:
  using Clock = std::chrono::steady_clock;
  struct Session;

  /// An upload that belongs to one request until this goes.
  class Lease {
   public:
    Upload& upload() const;
    Lease(Lease&&) noexcept = default;
    ~Lease();

   private:
    friend class UploadSessions;
    explicit Lease(std::shared_ptr<Session> session, std::unique_lock<std::timed_mutex> turn);
    std::shared_ptr<Session> session_;  // shared with the table, which may drop it meanwhile
    std::unique_lock<std::timed_mutex> turn_;
  };

  UploadSessions(oci::ImageLayout& blobs, UploadLimits limits);
  ~UploadSessions();

  /// The name of a new session, which nobody can guess; nothing where there are too many.
  std::optional<std::string> start(const std::string& repository);
  enum class Refusal { kUnknown, kBusy };
  /// The session, if it is one of this repository and no other request is at it.
  std::variant<Lease, Refusal> take(const std::string& repository, const std::string& id);
  /// Forgets the session and what arrived of it, when no request is at it any more.
  void drop(const std::string& id);

 private:
  void drop_idle();

  oci::ImageLayout& blobs_;
  const UploadLimits limits_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Session>> sessions_;
};

}  // namespace bale::server
