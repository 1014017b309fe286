// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_server.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/loopback_server.h"

namespace bale::test {

namespace {

std::string percent_decode(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// One connection: requests come out, answers go in.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}

  /// Nothing once the client has gone.
  std::optional<HttpRequest> next() {
    if (is_tls()) return std::nullopt;
    const auto head = take_until("\r\n\r\n");
    if (!head) return std::nullopt;
    HttpRequest request = parse_head(*head);
    if (request.headers.find("Expect")) send("HTTP/1.1 100 Continue\r\n\r\n");
    const std::size_t length = request.headers.number("Content-Length").value_or(0);
    while (buffer_.size() < length && receive()) {
    }
    request.truncated = buffer_.size() < length;
    request.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return request;
  }

  /// False where the connection has to end.
  bool answer(const HttpRequest& request, const HttpAnswer& answer) {
    if (answer.hang_up) return false;
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " x\r\n";
    for (const auto& [name, value] : answer.headers.fields()) head += name + ": " + value + "\r\n";
    if (!answer.headers.find("Content-Length")) {
      head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    }
    send(head + "\r\n");
    if (request.method == "HEAD") return true;
    send(std::string_view(answer.body).substr(0, answer.cut_after.value_or(std::string::npos)));
    if (answer.stall) wait_for_end();
    return !answer.cut_after && !answer.stall;
  }

 private:
  /// Clients try https first; a server of plain HTTP hangs up on that.
  bool is_tls() {
    constexpr char kHandshake = 0x16;
    return (!buffer_.empty() || receive()) && buffer_.front() == kHandshake;
  }

  static HttpRequest parse_head(const std::string& head) {
    HttpRequest request;
    const std::size_t line_end = head.find("\r\n");
    const std::size_t space = head.find(' ');
    request.method = head.substr(0, space);
    request.target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    for (std::size_t at = line_end + 2; at < head.size();) {
      const std::size_t end = std::min(head.find("\r\n", at), head.size());
      const std::string line = head.substr(at, end - at);
      const std::size_t colon = line.find(':');
      if (colon != std::string::npos) {
        request.headers.add(line.substr(0, colon), registry::trimmed(line.substr(colon + 1)));
      }
      at = end + 2;
    }
    return request;
  }

  std::optional<std::string> take_until(std::string_view end) {
    std::size_t at;
    while ((at = buffer_.find(end)) == std::string::npos) {
      if (!receive()) return std::nullopt;
    }
    std::string head = buffer_.substr(0, at);
    buffer_.erase(0, at + end.size());
    return head;
  }

  bool receive() {
    char bytes[64 * 1024];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  void wait_for_end() {
    char byte;
    while (::recv(fd_, &byte, 1, 0) > 0) {
    }
  }

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t put = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (put <= 0) return;  // the client has gone; the next receive tells
      text.remove_prefix(static_cast<std::size_t>(put));
    }
  }

  int fd_;
  std::string buffer_;
};

/// The content of large requests is not worth the memory.
HttpRequest request_to_keep(HttpRequest request) {
  constexpr std::size_t kMuch = std::size_t{1} << 20;
  if (request.body.size() > kMuch) request.body.clear();
  return request;
}

}  // namespace

std::string HttpRequest::path() const { return target.substr(0, target.find('?')); }

std::vector<std::string> HttpRequest::queries(const std::string& name) const {
  const std::size_t question = target.find('?');
  if (question == std::string::npos) return {};
  const std::string all = "&" + target.substr(question + 1);
  const std::string wanted = "&" + name + "=";
  std::vector<std::string> values;
  for (std::size_t at = 0; (at = all.find(wanted, at)) != std::string::npos;) {
    at += wanted.size();
    values.push_back(percent_decode(std::string_view(all).substr(at, all.find('&', at) - at)));
  }
  return values;
}

std::string HttpRequest::query(const std::string& name) const {
  const auto values = queries(name);
  return values.empty() ? "" : values.front();
}

class HttpServer::State {
 public:
  explicit State(Handler handler) : handler_(std::move(handler)) {}

  std::string host() const { return server_.host(); }

  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  void forget_requests() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
  }

  std::size_t connections() const { return connections_; }

 private:
  void serve(int fd) {
    Connection connection(fd);
    bool counted = false;
    while (const auto request = connection.next()) {
      if (!std::exchange(counted, true)) ++connections_;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request_to_keep(*request));
      }
      if (!connection.answer(*request, handler_(*request))) break;
    }
  }

  const Handler handler_;
  std::atomic<std::size_t> connections_ = 0;
  mutable std::mutex mutex_;  // guards requests_
  std::vector<HttpRequest> requests_;
  LoopbackServer server_{[this](int fd) { serve(fd); }};  // ends first: its threads use the rest
};

HttpServer::HttpServer(Handler handler) : state_(std::make_unique<State>(std::move(handler))) {}
HttpServer::~HttpServer() = default;

std::string HttpServer::host() const { return state_->host(); }

std::vector<std::string> HttpServer::lines() const {
  std::vector<std::string> lines;
  for (const HttpRequest& request : state_->requests()) lines.push_back(request.line());
  return lines;
}

std::vector<HttpRequest> HttpServer::requests() const { return state_->requests(); }
void HttpServer::forget_requests() { state_->forget_requests(); }
std::size_t HttpServer::connections() const { return state_->connections(); }

}  // namespace bale::test
