// SPDX-License-Identifier: Apache-2.0
#include "registry/http_loop.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "oci/error.h"
#include "oci/fd.h"
#include "registry/curl_library.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxBundleSize = std::size_t{16} * 1024 * 1024;
/// Bytes of an answer that are received at once: few enough to be still in the processor's cache
/// when they are copied on.
constexpr std::size_t kReceiveSize = std::size_t{64} * 1024;

struct EasyCloser {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};
struct MultiCloser {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};

bool carries_body(const Request& request) {
  return request.body || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

/// Where the system keeps its authorities, as distributions place them.
std::string system_bundle() {
  if (auto named = environment("SSL_CERT_FILE"); !named.empty()) return named;
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

bool is_retryable(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

const char* hint_for(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "check the name of the host, and the network";
    case CURLE_COULDNT_CONNECT:
      return "check host and port, and whether the registry is up";
    case CURLE_SSL_CONNECT_ERROR:
      return "if the registry has no TLS: --tls-verify=false, or insecure = true in "
             "registries.conf";
    default:
      return "";
  }
}

TransferFailure failure_of(const Request& request, CURLcode code, const char* detail) {
  const std::string reason = *detail != '\0' ? detail : curl().easy_strerror(code);
  const std::string what = describe(request) + ": " + reason;
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    return {oci::Error(oci::ErrorCode::kFailed, what,
                       "put the registry's authority into /etc/containers/certs.d/" +
                           request.url.authority() + "/, or use --tls-verify=false"),
            false};
  }
  return {oci::Error(oci::ErrorCode::kUnavailable, what, hint_for(code)), is_retryable(code)};
}

/// Whether curl has the authorities at hand from the beginning. To read them takes it longer than
/// to talk to a server of this machine, which mostly has no TLS at all: there they are read when a
/// certificate has to be judged.
enum class Authorities { kRead, kDeferred };

}  // namespace

/// A transfer while curl works on it: the handle, what the handle points at, and the answer's head
/// as far as it has come in.
class ActiveTransfer {
 public:
  ActiveTransfer(std::shared_ptr<Transfer> transfer, const TransportOptions& options,
                 Authorities authorities)
      : transfer_(std::move(transfer)),
        authorities_(authorities),
        head_{0, {}, transfer_->request().url} {
    easy_.reset(curl().easy_init());
    if (!easy_) throw oci::Error(oci::ErrorCode::kFailed, "libcurl gives no handle");
    set_request();
    set_transport(options);
    set_tls(transfer_->request().tls);
    set_callbacks();
  }

  CURL* easy() const { return easy_.get(); }
  const std::shared_ptr<Transfer>& transfer() const { return transfer_; }
  /// Whether it only failed for want of the authorities: nothing has been sent then.
  bool wants_authorities(CURLcode code) const {
    return code == CURLE_PEER_FAILED_VERIFICATION && authorities_ == Authorities::kDeferred;
  }

  void finish(CURLcode code) {
    std::optional<TransferFailure> failure;
    if (code != CURLE_OK) failure = failure_of(transfer_->request(), code, error_.data());
    transfer_->end(std::move(failure));
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    curl().easy_setopt(easy_.get(), option, value);
  }

  void add_header(const std::string& line) {
    curl_slist* longer = curl().slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers_.release();
    headers_.reset(longer);
  }

  void set_request() {
    const Request& request = transfer_->request();
    set(CURLOPT_URL, request.url.to_string().c_str());
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    if (carries_body(request)) {
      set(CURLOPT_UPLOAD, 1L);
      set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body ? request.body->size : 0));
    }
    for (const auto& [name, value] : request.headers.fields()) add_header(name + ": " + value);
    if (!request.authorization.empty()) {
      add_header("Authorization: " + request.authorization.reveal());
    }
    set(CURLOPT_HTTPHEADER, headers_.get());
  }

  void set_transport(const TransportOptions& options) {
    const bool bulk = transfer_->request().traffic == Traffic::kBulk;
    set(CURLOPT_HTTP_VERSION,
        static_cast<long>(bulk ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, options.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    const auto patience = std::max(options.stall_timeout, transfer_->request().patience);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience.count()));
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_BUFFERSIZE, static_cast<long>(kReceiveSize));
    set(CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(oci::kChunkSize));
    set(CURLOPT_ERRORBUFFER, error_.data());
    // A proxy has another loopback; the tools around us never ask it for this machine either.
    if (is_loopback(transfer_->request().url.origin().host)) set(CURLOPT_PROXY, "");
  }

  void set_tls(const TlsOptions& tls) {
    set(CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
    if (authorities_ == Authorities::kRead) {
      read_authorities(tls);
    } else {
      set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (!tls.client_certificate.empty()) {
      set(CURLOPT_SSLCERT, tls.client_certificate.c_str());
      set(CURLOPT_SSLKEY, tls.client_key.c_str());
    }
  }

  void read_authorities(const TlsOptions& tls) {
    const std::string bundle = tls.ca_file.empty() ? system_bundle() : tls.ca_file;
    if (tls.extra_authorities.empty()) {
      if (!bundle.empty()) set(CURLOPT_CAINFO, bundle.c_str());
    } else {
      set_authorities(bundle, tls.extra_authorities);
    }
    // Of authorities in files, libcurl keeps what it has read; of those in a folder, which it has
    // one of unless told otherwise, it does not.
    if (const auto folder = environment("SSL_CERT_DIR"); !folder.empty()) {
      set(CURLOPT_CAPATH, folder.c_str());
    } else if (!bundle.empty()) {
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
  }

  void set_authorities(const std::string& bundle, const std::string& extra) {
    std::string pem = bundle.empty() ? std::string() : oci::read_file(bundle, kMaxBundleSize);
    pem += "\n" + extra;
    curl_blob blob{pem.data(), pem.size(), CURL_BLOB_COPY};
    set(CURLOPT_CAINFO_BLOB, &blob);
  }

  void set_callbacks() {
    set(CURLOPT_PRIVATE, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, &ActiveTransfer::on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &ActiveTransfer::on_answer);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_READFUNCTION, &ActiveTransfer::on_body);
    set(CURLOPT_READDATA, static_cast<void*>(this));
  }

  static std::size_t on_header(char* text, std::size_t, std::size_t size, void* self) noexcept {
    static_cast<ActiveTransfer*>(self)->take_header({text, size});
    return size;
  }

  static std::size_t on_answer(char* text, std::size_t, std::size_t size, void* self) noexcept {
    const oci::Bytes bytes = oci::as_bytes({text, size});
    const bool taken = static_cast<ActiveTransfer*>(self)->transfer_->deliver(bytes);
    return taken ? size : CURL_WRITEFUNC_PAUSE;
  }

  static std::size_t on_body(char* buffer, std::size_t, std::size_t size, void* self) noexcept {
    const oci::MutableBytes room = std::as_writable_bytes(std::span(buffer, size));
    return static_cast<ActiveTransfer*>(self)->transfer_->supply(room).value_or(
        CURL_READFUNC_PAUSE);
  }

  void take_header(std::string_view line) {
    if (head_complete_) return;  // a trailer
    line = trimmed(line);
    if (line.substr(0, 5) == "HTTP/") {
      head_.headers = Headers();  // what came before belonged to an interim answer
    } else if (line.empty()) {
      end_of_headers();
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      head_.headers.add(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
  }

  void end_of_headers() {
    long status = 0;
    curl().easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) return;
    head_complete_ = true;
    head_.status = static_cast<int>(status);
    transfer_->begin_response(head_);
  }

  std::shared_ptr<Transfer> transfer_;  // shared with its owner
  const Authorities authorities_;
  ResponseHead head_;
  bool head_complete_ = false;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<curl_slist, ListCloser> headers_;
  std::unique_ptr<CURL, EasyCloser> easy_;
};

class HttpLoop::Handles {
 public:
  Handles(const TransportOptions& options, std::function<void(const Transfer&)> on_end)
      : options_(options), on_end_(std::move(on_end)) {
    multi_.reset(curl().multi_init());
    if (!multi_) throw oci::Error(oci::ErrorCode::kFailed, "libcurl gives no handle");
  }

  CURLM* multi() const { return multi_.get(); }
  bool empty() const { return active_.empty(); }

  void start(const std::shared_ptr<Transfer>& transfer) {
    try {
      auto active = std::make_unique<ActiveTransfer>(transfer, options_,
                                                     authorities_for(transfer->request()));
      CURL* easy = active->easy();
      curl().multi_add_handle(multi_.get(), easy);
      active_.emplace(easy, std::move(active));
    } catch (const oci::Error& error) {
      transfer->end(TransferFailure{error, false});
      on_end_(*transfer);
    }
  }

  /// Resumes what waited for its owner and ends what its owner gave up.
  void attend() {
    for (auto at = active_.begin(); at != active_.end();) {
      ActiveTransfer& active = *(at++)->second;
      if (!active.transfer()->take_attention()) continue;
      if (active.transfer()->cancelled()) {
        remove(active.easy(), CURLE_ABORTED_BY_CALLBACK);
      } else {
        curl().easy_pause(active.easy(), CURLPAUSE_CONT);
      }
    }
  }

  void perform() {
    int running = 0;
    curl().multi_perform(multi_.get(), &running);
    for (const auto& [easy, active] : active_) active->transfer()->announce();
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(multi_.get(), &left)) {
      if (message->msg == CURLMSG_DONE) remove(message->easy_handle, message->data.result);
    }
  }

  void abandon() {
    while (!active_.empty()) remove(active_.begin()->first, CURLE_ABORTED_BY_CALLBACK);
  }

 private:
  Authorities authorities_for(const Request& request) const {
    const Origin origin = request.url.origin();
    const bool deferred = is_loopback(origin.host) && !certified_.contains(origin);
    return deferred ? Authorities::kDeferred : Authorities::kRead;
  }

  void remove(CURL* easy, CURLcode result) {
    const auto found = active_.find(easy);
    curl().multi_remove_handle(multi_.get(), easy);
    const auto active = std::move(found->second);
    active_.erase(found);
    if (active->wants_authorities(result)) {
      certified_.insert(active->transfer()->request().url.origin());
      return start(active->transfer());
    }
    active->finish(result);
    on_end_(*active->transfer());
  }

  const TransportOptions& options_;
  const std::function<void(const Transfer&)> on_end_;
  std::unique_ptr<CURLM, MultiCloser> multi_;
  std::map<CURL*, std::unique_ptr<ActiveTransfer>> active_;
  std::set<Origin> certified_;  // hosts of this machine that have a certificate
};

HttpLoop::HttpLoop(const TransportOptions& options, std::function<void(const Transfer&)> on_end)
    : handles_(std::make_unique<Handles>(options, std::move(on_end))) {}

HttpLoop::~HttpLoop() { abandon(); }

void HttpLoop::start(const std::shared_ptr<Transfer>& transfer) { handles_->start(transfer); }

void HttpLoop::move() {
  handles_->attend();
  handles_->perform();
}

void HttpLoop::sleep(std::chrono::milliseconds longest) {
  curl().multi_poll(handles_->multi(), nullptr, 0, static_cast<int>(longest.count()), nullptr);
}

void HttpLoop::wake() { curl().multi_wakeup(handles_->multi()); }

bool HttpLoop::empty() const { return handles_->empty(); }

void HttpLoop::abandon() { handles_->abandon(); }

}  // namespace bale::registry
