// SPDX-License-Identifier: Apache-2.0
#include "registry/http_client.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

#include "oci/printable.h"
#include "registry/redirect.h"

namespace bale::registry {

namespace {

/// Servers must not be able to flood the terminal.
constexpr std::size_t kMaxWarnings = 4096;

/// Of so long a wait somebody who watches is told.
constexpr std::chrono::seconds kLongPause{3};

/// Cancels on the way out, unless the answer has been handed on.
class CancelGuard {
 public:
  explicit CancelGuard(std::shared_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
  ~CancelGuard() {
    if (transfer_) transfer_->cancel();
  }
  CancelGuard(const CancelGuard&) = delete;
  CancelGuard& operator=(const CancelGuard&) = delete;
  void release() { transfer_.reset(); }

 private:
  std::shared_ptr<Transfer> transfer_;
};

/// The answer's content as its owner reads it.
class AnswerSource final : public oci::Source {
 public:
  AnswerSource(std::shared_ptr<Transfer> transfer, RateLimiter& limiter, std::stop_token stop)
      : transfer_(std::move(transfer)), limiter_(limiter), stop_(std::move(stop)) {}
  ~AnswerSource() override {
    if (!at_end_) transfer_->cancel();
  }
  AnswerSource(const AnswerSource&) = delete;
  AnswerSource& operator=(const AnswerSource&) = delete;

  std::size_t read(oci::MutableBytes buffer) override {
    const std::size_t got = transfer_->read(buffer.first(limiter_.piece(buffer.size())), stop_);
    at_end_ = got == 0 && !buffer.empty();
    limiter_.pass(got, stop_);
    return got;
  }

 private:
  std::shared_ptr<Transfer> transfer_;  // shared with the HTTP side
  RateLimiter& limiter_;
  std::stop_token stop_;
  bool at_end_ = false;
};

/// A body that keeps to the rate.
class LimitedSource final : public oci::Source {
 public:
  LimitedSource(oci::Source& next, RateLimiter& limiter, const std::stop_token& stop)
      : next_(next), limiter_(limiter), stop_(stop) {}

  std::size_t read(oci::MutableBytes buffer) override {
    const std::size_t got = next_.read(buffer.first(limiter_.piece(buffer.size())));
    limiter_.pass(got, stop_);
    return got;
  }

 private:
  oci::Source& next_;
  RateLimiter& limiter_;
  const std::stop_token& stop_;
};

/// Reads a short answer that nobody wants, so that its connection can serve again.
void drain(const StreamedResponse& response) {
  constexpr std::uint64_t kShort = std::uint64_t{64} * 1024;
  const auto length = response.head.headers.number("Content-Length");
  if (length && *length <= kShort) (void)oci::read_all(*response.body, kShort);
}

std::optional<std::time_t> parse_http_date(const std::string& text) {
  std::tm date{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&date);
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_after(const Headers& headers,
                                                     std::chrono::system_clock::time_point now) {
  if (const auto seconds = headers.number("Retry-After")) {
    constexpr std::uint64_t kDay = 86'400;  // keeps the multiplication from overflowing
    return std::chrono::seconds(std::min(*seconds, kDay));
  }
  const auto text = headers.find("Retry-After");
  const auto date = text ? parse_http_date(*text) : std::nullopt;
  if (!date) return std::nullopt;
  const auto wait = std::chrono::system_clock::from_time_t(*date) - now;
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(wait),
                  std::chrono::milliseconds(0));
}

HttpClient::HttpClient(HttpOptions options, oci::Progress& log)
    : options_(std::move(options)),
      log_(log),
      limiter_(options_.bytes_per_second),
      thread_(options_.transport) {}

HttpClient::~HttpClient() = default;

StreamedResponse HttpClient::open(const Request& request, const std::stop_token& stop) {
  if (options_.offline) {
    throw oci::Error(oci::ErrorCode::kUnavailable, describe(request) + ": not asked, --offline");
  }
  Request next = request;
  for (int number = 1;; ++number) {
    Attempt attempt = follow(next, stop);
    const auto delay = delay_after(request, attempt, number);
    if (!delay) {
      if (attempt.failure) throw attempt.failure->error;
      return *std::move(attempt.response);
    }
    next.not_before = Clock::now() + *delay;
    log_.debug(describe(request) + ": again in " + std::to_string(delay->count()) + " ms");
  }
}

Response HttpClient::send(const Request& request, const std::stop_token& stop, std::size_t limit) {
  const StreamedResponse response = open(request, stop);
  try {
    return {response.head, oci::read_all(*response.body, limit)};
  } catch (const oci::Error& error) {
    if (error.code() != oci::ErrorCode::kCorrupt) throw;
    throw error.in("reading the answer to " + describe(request));
  }
}

HttpClient::Attempt HttpClient::follow(const Request& request, const std::stop_token& stop) {
  Request next = request;
  for (int redirects = 0;; ++redirects) {
    Attempt attempt = exchange(next, stop);
    if (!attempt.response) return attempt;
    auto redirect = redirected(next, attempt.response->head);
    if (!redirect) return attempt;
    if (redirects == kMaxRedirects) {
      throw oci::Error(oci::ErrorCode::kUnavailable, describe(request) + ": redirected more than " +
                                                         std::to_string(kMaxRedirects) + " times");
    }
    drain(*attempt.response);
    next = *std::move(redirect);
  }
}

HttpClient::Attempt HttpClient::exchange(const Request& request, const std::stop_token& stop) {
  // Opened first: a connection should not stand idle while a distant source gets ready.
  const auto body = request.body ? request.body->open() : nullptr;
  const Clock::time_point begin = std::max(Clock::now(), request.not_before);
  const std::shared_ptr<Transfer> transfer = thread_.start(request);
  CancelGuard guard(transfer);
  if (body) {
    LimitedSource limited(*body, limiter_, stop);
    transfer->feed(limited, stop);
  }
  auto head = transfer->wait_head(stop);
  if (!head) return {std::nullopt, transfer->failure()};
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  log_.debug(describe(request) + ": " + std::to_string(head->status) + " (" +
             std::to_string(took.count()) + " ms)");
  report_warnings(head->headers);
  guard.release();
  return {
      StreamedResponse{*std::move(head), std::make_unique<AnswerSource>(transfer, limiter_, stop)},
      std::nullopt};
}

void HttpClient::report_warnings(const Headers& headers) {
  for (const std::string& header : headers.all("Warning")) {
    // `299 - "TEXT"` is the form that the distribution specification has.
    const std::size_t open = header.find('"');
    if (header.compare(0, 3, "299") != 0 || open == std::string::npos) continue;
    const std::string text = header.substr(open + 1, header.rfind('"') - open - 1);
    const std::lock_guard lock(warnings_mutex_);
    const bool room = warned_bytes_ + text.size() <= kMaxWarnings;
    if (!room || !warnings_.insert(text).second) continue;
    warned_bytes_ += text.size();
    log_.warn("the registry says: " + oci::printable(text));
  }
}

void HttpClient::report_pause(const ResponseHead& head, std::chrono::milliseconds pause) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause).count();
  const std::string text = head.url.authority() + " asks for a pause (status " +
                           std::to_string(head.status) + "): going on in " +
                           std::to_string(seconds) + " s";
  const std::lock_guard lock(warnings_mutex_);
  if (warnings_.insert(text).second) log_.warn(text);
}

std::optional<std::chrono::milliseconds> HttpClient::delay_after(const Request& request,
                                                                 const Attempt& attempt,
                                                                 int number) {
  if (attempt.failure) {
    if (!attempt.failure->retryable) return std::nullopt;
    return retry_delay(request.retry, number + 1, random_fraction());
  }
  const ResponseHead& head = attempt.response->head;
  if (!is_retryable_status(head.status)) return std::nullopt;
  const auto asked = retry_after(head.headers, std::chrono::system_clock::now());
  // The whole host is left in peace for that long, whether or not this request is sent again.
  if (asked) {
    const auto wait = std::min(*asked, request.retry.longest_retry_after);
    thread_.hold(head.url.origin(), Clock::now() + wait);
  }
  const auto delay = retry_delay(request.retry, number + 1, random_fraction(), asked);
  if (delay && asked && *delay >= kLongPause) report_pause(head, *delay);
  return delay;
}

}  // namespace bale::registry
