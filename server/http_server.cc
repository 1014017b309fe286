// SPDX-License-Identifier: Apache-2.0
#include "server/http_server.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "oci/error.h"
#include "server/microhttpd_library.h"
#include "server/request_framing.h"
#include "server/text.h"

namespace bale::server {

namespace {

/// Per connection: holds the header of a request, and the part of a body that is handed on at once.
constexpr std::size_t kConnectionMemory = std::size_t{256} * 1024;
/// A body that nobody wants is read to its end up to this size, so that the connection can be used
/// again; past it the connection is closed.
constexpr std::uint64_t kMaxUnwantedBody = std::uint64_t{1} << 20;
/// What is sent of a file in one step where the kernel does not send it by itself.
constexpr std::size_t kFileBlock = std::size_t{128} * 1024;

struct DestroyResponse {
  void operator()(MHD_Response* response) const { microhttpd().destroy_response(response); }
};
using ResponseHandle = std::unique_ptr<MHD_Response, DestroyResponse>;

MHD_Result collect_field(void* fields, MHD_ValueKind, const char* name, const char* value) {
  static_cast<Fields*>(fields)->emplace_back(name, value == nullptr ? "" : value);
  return MHD_YES;
}

HttpRequest request_of(MHD_Connection* connection, const char* method, const char* path) {
  HttpRequest request{.method = method, .path = path};
  const auto& library = microhttpd();
  library.get_connection_values(connection, MHD_HEADER_KIND, collect_field, &request.headers);
  library.get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_field, &request.query);
  return request;
}

ssize_t read_file_part(void* file, std::uint64_t position, char* buffer, std::size_t size) {
  const auto* body = static_cast<const FileBody*>(file);
  const auto got =
      ::pread(body->file.get(), buffer, size, static_cast<off_t>(body->offset + position));
  return got > 0 ? got : MHD_CONTENT_READER_END_WITH_ERROR;
}

void close_file(void* file) { delete static_cast<FileBody*>(file); }

enum class Sending { kByKernel, kThroughTls };

ResponseHandle response_handle(FileBody body, Sending sending) {
  const auto& library = microhttpd();
  if (sending == Sending::kByKernel) {
    const int file = ::dup(body.file.get());  // the library closes what it is given
    return ResponseHandle(
        library.create_response_from_fd_at_offset64(body.size, file, body.offset));
  }
  const std::uint64_t size = body.size;
  return ResponseHandle(library.create_response_from_callback(
      size, kFileBlock, read_file_part, new FileBody(std::move(body)), close_file));
}

ResponseHandle response_handle(std::string body, Sending) {
  return ResponseHandle(
      microhttpd().create_response_from_buffer(body.size(), body.data(), MHD_RESPMEM_MUST_COPY));
}

}  // namespace

class HttpServer::State {
 public:
  State(oci::UniqueFd listener, HttpService& service, HttpServerOptions options);
  ~State() { stop(std::chrono::milliseconds(0)); }

  void stop(std::chrono::milliseconds grace);

 private:
  struct Transaction;

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char* version, const char* upload,
                               std::size_t* upload_size, void** transaction) noexcept;
  static void on_completed(void* self, MHD_Connection* connection, void** transaction,
                           MHD_RequestTerminationCode how) noexcept;
  static void on_message(void* self, const char* format, va_list arguments) noexcept;

  void start(const oci::UniqueFd& listener);
  Transaction* begin(MHD_Connection* connection, const char* path, const char* method);
  MHD_Result receive(Transaction& transaction, oci::Bytes bytes);
  MHD_Result send(MHD_Connection* connection, Transaction& transaction);
  void end(Transaction* transaction);

  HttpService& service_;
  const HttpServerOptions options_;
  MHD_Daemon* daemon_ = nullptr;
  std::atomic<bool> started_ = false;

  std::mutex mutex_;
  std::string last_message_;  // of the library, while it starts
  std::condition_variable all_answered_;
  std::size_t active_ = 0;  // requests whose answer is not sent
  bool stopping_ = false;
};

/// One request on its way.
struct HttpServer::State::Transaction {
  HttpRequest request;
  std::optional<HttpResponse> response = std::nullopt;
  std::unique_ptr<BodyReceiver> receiver = nullptr;
  bool has_clear_end = true;

  void answer(HttpService& service);
  /// Where the client sends no body before it is asked to, or one not worth the time or without a
  /// clear end, an answer that is known goes out at once, and the connection is closed after it.
  bool is_answered_early() const {
    if (!has_clear_end) return true;
    if (!response || !request.has_body()) return false;
    return request.header("Expect").has_value() ||
           request.content_length().value_or(kMaxUnwantedBody + 1) > kMaxUnwantedBody;
  }
};

HttpServer::State::State(oci::UniqueFd listener, HttpService& service, HttpServerOptions options)
    : service_(service), options_(std::move(options)) {
  start(listener);
}

void HttpServer::State::start(const oci::UniqueFd& listener) {
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
                   MHD_USE_ITC | MHD_USE_ERROR_LOG;
  std::vector<MHD_OptionItem> more;
  if (options_.tls) {
    flags |= MHD_USE_TLS;
    more.push_back(
        {MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(options_.tls->certificate.c_str())});
    more.push_back(
        {MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(options_.tls->key.reveal().c_str())});
  }
  more.push_back({MHD_OPTION_END, 0, nullptr});
  daemon_ = microhttpd().start_daemon(
      flags, 0, nullptr, nullptr, &State::on_request, this,  //
      MHD_OPTION_EXTERNAL_LOGGER, &State::on_message, this,  // first, to hear of all that follows
      MHD_OPTION_LISTEN_SOCKET, ::dup(listener.get()),       //
      MHD_OPTION_NOTIFY_COMPLETED, &State::on_completed, this, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      kConnectionMemory,  //
      MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(options_.max_connections),
      MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(options_.idle_timeout.count()),
      MHD_OPTION_STRICT_FOR_CLIENT, 1,  //
      MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
  if (daemon_ == nullptr) {
    throw oci::Error(oci::ErrorCode::kFailed, "the HTTP server does not start: " + last_message_);
  }
  started_ = true;
}

void HttpServer::State::stop(std::chrono::milliseconds grace) {
  if (daemon_ == nullptr) return;
  const oci::UniqueFd listener(microhttpd().quiesce_daemon(daemon_));
  // Who connects from now on is refused, and does not wait for nothing. Threads may still look at
  // the socket, which therefore stays open until they have ended.
  ::shutdown(listener.get(), SHUT_RDWR);
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    all_answered_.wait_for(lock, grace, [this] { return active_ == 0; });
  }
  microhttpd().stop_daemon(std::exchange(daemon_, nullptr));
}

MHD_Result HttpServer::State::on_request(void* self, MHD_Connection* connection, const char* path,
                                         const char* method, const char*, const char* upload,
                                         std::size_t* upload_size, void** transaction) noexcept {
  auto& server = *static_cast<State*>(self);
  try {
    if (*transaction == nullptr) {
      auto* started = server.begin(connection, path, method);
      *transaction = started;
      return started->is_answered_early() ? server.send(connection, *started) : MHD_YES;
    }
    auto& current = *static_cast<Transaction*>(*transaction);
    if (*upload_size == 0) return server.send(connection, current);
    const auto bytes = std::as_bytes(std::span(upload, std::exchange(*upload_size, 0)));
    return server.receive(current, bytes);
  } catch (...) {
    return MHD_NO;  // out of memory: the connection is closed
  }
}

HttpServer::State::Transaction* HttpServer::State::begin(MHD_Connection* connection,
                                                         const char* path, const char* method) {
  auto transaction =
      std::make_unique<Transaction>(Transaction{request_of(connection, method, path)});
  transaction->answer(service_);
  const std::lock_guard lock(mutex_);
  ++active_;
  return transaction.release();
}

void HttpServer::State::Transaction::answer(HttpService& service) {
  response = refuse_unclear_framing(request);
  has_clear_end = !response;
  if (!has_clear_end) return;
  try {
    Answer answer = service.answer(request);
    if (auto* known = std::get_if<HttpResponse>(&answer)) {
      response = std::move(*known);
    } else {
      receiver = std::move(std::get<std::unique_ptr<BodyReceiver>>(answer));
    }
  } catch (const std::exception& error) {
    response = service.failure(error);
  }
}

MHD_Result HttpServer::State::receive(Transaction& transaction, oci::Bytes bytes) {
  if (transaction.response) return MHD_YES;  // known already: the rest is read and forgotten
  try {
    transaction.receiver->write(bytes);
  } catch (const std::exception& error) {
    transaction.response = service_.failure(error);
  }
  return MHD_YES;
}

MHD_Result HttpServer::State::send(MHD_Connection* connection, Transaction& transaction) {
  if (!transaction.response) {
    try {
      transaction.response = transaction.receiver->finish();
    } catch (const std::exception& error) {
      transaction.response = service_.failure(error);
    }
  }
  // Before the client hears of it: the next request may be for what the receiver holds.
  transaction.receiver.reset();
  HttpResponse& response = *transaction.response;
  const Sending sending = options_.tls ? Sending::kThroughTls : Sending::kByKernel;
  const ResponseHandle handle = std::visit(
      [&](auto& body) { return response_handle(std::move(body), sending); }, response.body);
  if (!handle) return MHD_NO;
  const auto& library = microhttpd();
  for (const auto& [name, value] : response.headers) {
    library.add_response_header(handle.get(), name.c_str(), value.c_str());
  }
  const std::unique_lock lock(mutex_);
  if (stopping_) library.add_response_header(handle.get(), "Connection", "close");
  return library.queue_response(connection, static_cast<unsigned>(response.status), handle.get());
}

void HttpServer::State::on_completed(void* self, MHD_Connection*, void** transaction,
                                     MHD_RequestTerminationCode) noexcept {
  if (*transaction == nullptr) return;
  static_cast<State*>(self)->end(static_cast<Transaction*>(*transaction));
  *transaction = nullptr;
}

void HttpServer::State::end(Transaction* transaction) {
  const std::unique_ptr<Transaction> ended(transaction);
  // 499: the client went away before there was an answer.
  const int status = ended->response ? ended->response->status : 499;
  if (options_.on_answer) options_.on_answer(ended->request, status);
  const std::lock_guard lock(mutex_);
  if (--active_ == 0) all_answered_.notify_all();
}

void HttpServer::State::on_message(void* self, const char* format, va_list arguments) noexcept {
  auto& server = *static_cast<State*>(self);
  if (server.started_) return;  // of single connections, which break all the time
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  const std::lock_guard lock(server.mutex_);
  server.last_message_ = text;
  std::erase(server.last_message_, '\n');
}

HttpServer::HttpServer(oci::UniqueFd listener, HttpService& service, HttpServerOptions options)
    : state_(std::make_unique<State>(std::move(listener), service, std::move(options))) {}

HttpServer::~HttpServer() = default;

void HttpServer::stop(std::chrono::milliseconds grace) { state_->stop(grace); }

}  // namespace bale::server
