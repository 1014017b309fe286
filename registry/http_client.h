// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "oci/progress.h"
#include "registry/http_message.h"
#include "registry/http_thread.h"
#include "registry/rate_limiter.h"

namespace bale::registry {

struct HttpOptions {
  TransportOptions transport = {};
  /// For all transfers together, both ways; 0: as fast as it goes.
  std::uint64_t bytes_per_second = 0;
  /// No socket is opened; every request fails with kUnavailable.
  bool offline = false;
};

/// HTTP/1.1 and HTTP/2 over one thread, which begins all transfers and moves most of them; a bulk
/// one in plain HTTP is moved by the thread that reads or feeds it. Follows redirects, repeats what
/// failed for a passing reason, waits where a server asks for it. Knows nothing of registries.
/// Thread-safe; must outlive what it returned.
class HttpClient {
 public:
  /// `log` gets a debug line for each exchange; it must outlive the client.
  explicit HttpClient(HttpOptions options = {}, oci::Progress& log = oci::no_progress());
  /// Ends what is under way.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends and returns as soon as the head of the answer is there, whatever its status. Feeds the
  /// body from the calling thread. Throws kUnavailable where no answer came after all attempts,
  /// kDenied for a redirect that is refused, kInterrupted, and whatever the body's source throws.
  /// A break after the head is the reader's: `body` throws kUnavailable then.
  StreamedResponse open(const Request& request, const std::stop_token& stop = {});

  /// The same with the whole answer; throws kCorrupt where it is over `limit` bytes.
  Response send(const Request& request, const std::stop_token& stop = {},
                std::size_t limit = kMaxDocument);

  /// A limit for answers that are read whole: a manifest may have 4 MiB.
  static constexpr std::size_t kMaxDocument = std::size_t{4} * 1024 * 1024 + 1;

 private:
  struct Attempt {
    std::optional<StreamedResponse> response;
    std::optional<TransferFailure> failure;
  };

  Attempt exchange(const Request& request, const std::stop_token& stop);
  Attempt follow(const Request& request, const std::stop_token& stop);
  std::optional<std::chrono::milliseconds> delay_after(const Request& request,
                                                       const Attempt& attempt, int number);

  /// Passes a server's `Warning`s on, each once.
  void report_warnings(const Headers& headers);
  /// Tells of a wait that a server asked for, those of several requests together once.
  void report_pause(const ResponseHead& head, std::chrono::milliseconds pause);

  HttpOptions options_;
  oci::Progress& log_;
  std::mutex warnings_mutex_;
  std::set<std::string> warnings_;
  std::size_t warned_bytes_ = 0;
  RateLimiter limiter_;
  HttpThread thread_;
};

/// What `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3).
std::optional<std::chrono::milliseconds> retry_after(const Headers& headers,
                                                     std::chrono::system_clock::time_point now);

}  // namespace bale::registry
