// SPDX-License-Identifier: Apache-2.0
#include "server/http_server.h"

#include <future>
#include <latch>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "oci/error.h"
#include "tests/support/loopback_server.h"
#include "tests/support/random_bytes.h"
#include "tests/support/served_registry.h"

namespace bale::test {
namespace {

/// A connection that is written to and read from byte by byte.
class RawConnection {
 public:
  explicit RawConnection(const std::string& host)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = loopback(std::stoi(host.substr(host.find(':') + 1)));
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
        0) {
      throw std::runtime_error("cannot connect");
    }
  }

  void send(const std::string& text) {
    EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Reads until `end` came, or the other side closed.
  std::string read_until(const std::string& end) {
    std::string text;
    char byte = 0;
    while (text.find(end) == std::string::npos && ::recv(socket_.get(), &byte, 1, 0) == 1) {
      text += byte;
    }
    return text;
  }

 private:
  oci::UniqueFd socket_;
};

std::string start_upload(ServedRegistry& registry) {
  return location(registry.ask("POST", "/v2/app/blobs/uploads/"));
}

/// The head of a PATCH that promises so many bytes.
std::string patch(const std::string& session, std::size_t size) {
  return "PATCH " + session + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
         "\r\n\r\n";
}

TEST(HttpServer, ManySlowClientsHoldUpNobody) {
  ServedRegistry registry;
  const auto image = registry.push_image("app", "v1");
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<RawConnection>(registry.host()));
    slow.back()->send(patch(start_upload(registry), 1000) + "part");
  }
  EXPECT_EQ(registry.ask("GET", "/v2/app/manifests/v1").body, image.bytes);
}

TEST(HttpServer, OneConnectionServesRequestsInARow) {
  ServedRegistry registry;
  RawConnection connection(registry.host());
  for (int i = 0; i < 3; ++i) {
    connection.send("GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(connection.read_until("{}").find("200 OK"), std::string::npos) << i;
  }
}

TEST(HttpServer, AnswersBeforeABodyThatTheClientHoldsBack) {
  ServedRegistry registry({.writes = server::Writes::kRefused});
  RawConnection connection(registry.host());
  connection.send(
      "PUT /v2/app/manifests/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_NE(connection.read_until("\r\n").find("405"), std::string::npos);
}

TEST(HttpServer, SendsNoBodyAfterAHead) {
  ServedRegistry registry;
  registry.push_image("app", "v1");
  RawConnection connection(registry.host());
  connection.send(
      "HEAD /v2/app/manifests/v1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string head = connection.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(connection.read_until("{}").starts_with("HTTP/1.1 200"));
}

TEST(HttpServer, RefusesHeadersWithoutEnd) {
  ServedRegistry registry;
  RawConnection connection(registry.host());
  connection.send("GET /v2/ HTTP/1.1\r\nHost: x\r\nX: " + std::string(std::size_t{300} << 10, 'x') +
                  "\r\n\r\n");
  const std::string answer = connection.read_until("\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 4")) << answer;
}

/// What comes back for a POST with these header lines and this body, after which more follows: all
/// until the server closes the connection.
std::string answers_to(const ServedRegistry& registry, const std::string& lines,
                       const std::string& body) {
  RawConnection connection(registry.host());
  connection.send("POST /v2/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n" + body +
                  "GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return connection.read_until("an end that never comes");
}

TEST(HttpServer, RefusesARequestWhoseEndIsInDoubt) {
  const ServedRegistry registry;
  const std::pair<const char*, int> refused[] = {
      {"Content-Length: 4\r\nContent-Length: 0\r\n", 400},
      {"Content-Length: 0\r\ncontent-length: 4\r\n", 400},
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding : chunked\r\n", 400},
      {"Transfer-Encoding\t: chunked\r\nContent-Length: 5\r\n", 400},
      {"Content-Length : 5\r\n", 400},
      {"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400},
      {"Transfer-Encoding: xchunked\r\n", 501},
      {"Transfer-Encoding: gzip, chunked\r\n", 501},
      {"Transfer-Encoding: identity\r\n", 501},
  };
  for (const auto& [lines, status] : refused) {
    const std::string answers = answers_to(registry, lines, "0\r\n\r\n");
    EXPECT_TRUE(answers.starts_with("HTTP/1.1 " + std::to_string(status))) << lines << answers;
    EXPECT_EQ(answers.find("HTTP/1.1", 1), std::string::npos) << lines << answers;
  }
}

TEST(HttpServer, TakesBodiesOfKnownAndUnknownLength) {
  const ServedRegistry registry;
  for (const char* lines : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
                            "transfer-encoding: Chunked\r\n"}) {
    const std::string answers = answers_to(registry, lines, "0\r\n\r\n");
    EXPECT_TRUE(answers.starts_with("HTTP/1.1 202")) << lines << answers;
  }
}

TEST(HttpServer, AnUploadThatBreaksLeavesNoBlobAndCanGoOn) {
  ServedRegistry registry({.uploads = {.patience = std::chrono::milliseconds(1)}});
  const std::string session = start_upload(registry);
  const std::string content = random_bytes(100'000);
  {
    RawConnection connection(registry.host());
    connection.send(patch(session, content.size()) + content.substr(0, 40'000));
    // Broken off before the request is at work, it would begin in the middle of what follows.
    while (!header(registry.ask("GET", session), "Range").empty()) continue;
  }
  // The server sees the break when it reads on; until then the session belongs to that request.
  std::string range;
  while (range.empty()) range = header(registry.ask("GET", session), "Range");
  EXPECT_TRUE(registry.store().blobs().list_blobs().empty());
  const std::size_t there = std::stoul(range.substr(2)) + 1;
  ASSERT_LE(there, 40'000U);
  const auto digest = oci::Digest::of(oci::as_bytes(content)).to_string();
  const std::size_t from = there == 1 ? 0 : there;
  EXPECT_EQ(registry.ask("PUT", session + "?digest=" + digest, {.body = content.substr(from)})
                .head.status,
            201);
}

TEST(HttpServer, ASecondRequestAtAnUploadIsRefusedAndTheFirstGoesOn) {
  ServedRegistry registry({.uploads = {.patience = std::chrono::milliseconds(1)}});
  const std::string session = start_upload(registry);
  RawConnection first(registry.host());
  first.send("PATCH " + session +
             " HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n");
  first.read_until("100 Continue\r\n\r\n");
  EXPECT_EQ(registry.ask("PATCH", session, {.body = "x"}).head.status, 409);
  first.send("the rest");
  EXPECT_TRUE(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 202"));
  EXPECT_EQ(header(registry.ask("GET", session), "Range"), "0-7");
}

TEST(HttpServer, SixteenPushesAtOnce) {
  constexpr int kPushes = 16;
  ServedRegistry registry;
  std::latch start(kPushes);
  std::vector<std::future<std::string>> pushes;
  for (int i = 0; i < kPushes; ++i) {
    pushes.push_back(std::async(std::launch::async, [&, i] {
      start.arrive_and_wait();
      const std::string tag = "v" + std::to_string(i);
      return registry.push_image("app", tag, tag).bytes;
    }));
  }
  for (int i = 0; i < kPushes; ++i) {
    const std::string manifest = pushes[static_cast<std::size_t>(i)].get();
    EXPECT_EQ(registry.ask("GET", "/v2/app/manifests/v" + std::to_string(i)).body, manifest);
  }
}

TEST(HttpServer, StopsWhileConnectionsAreOpen) {
  ServedRegistry registry;
  RawConnection idle(registry.host());
  RawConnection half(registry.host());
  half.send(patch(start_upload(registry), 1000) + "part");
  registry.http().stop(std::chrono::milliseconds(1));
  EXPECT_EQ(idle.read_until("\n"), "");
}

TEST(HttpServer, RequestsAtWorkGetTimeToEnd) {
  ServedRegistry registry;
  const std::string session = start_upload(registry);
  RawConnection client(registry.host());
  client.send("PATCH " + session +
              " HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n"
              "Expect: 100-continue\r\n\r\n");
  client.read_until("100 Continue\r\n\r\n");  // it is at work
  std::thread stopping([&] { registry.http().stop(std::chrono::minutes(1)); });
  client.send("the rest");
  const std::string answer = client.read_until("\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 202")) << answer;
  stopping.join();
}

TEST(HttpServer, ACertificateThatIsNoneIsAnError) {
  EXPECT_THROW(ServedRegistry({}, {.tls = server::TlsIdentity{"no", oci::Secret("no")}}),
               oci::Error);
}

TEST(Listener, AnAddressThatIsNoneIsInvalid) {
  for (const char* text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", ":65536", "5000"}) {
    EXPECT_THROW(server::ListenAddress::parse(text), oci::Error) << text;
  }
  EXPECT_EQ(server::ListenAddress::parse("[::1]:5000").host, "::1");
}

TEST(Listener, SaysWhatIsInTheWayOfAnAddress) {
  const auto first = server::listen_on({"127.0.0.1", "0"});
  EXPECT_TRUE(first.is_loopback);
  try {
    server::listen_on(server::ListenAddress::parse(first.address));
    ADD_FAILURE() << "two servers at one address";
  } catch (const oci::Error& error) {
    EXPECT_NE(std::string(error.what()).find("in use"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace bale::test
