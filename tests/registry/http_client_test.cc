// SPDX-License-Identifier: Apache-2.0
#include "registry/http_client.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/http_server.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;

RetryPolicy hasty(int attempts) {
  return {.attempts = attempts,
          .first_delay = std::chrono::milliseconds(1),
          .longest_retry_after = std::chrono::milliseconds(1)};
}

Request get(const test::HttpServer& server, const std::string& path = "/") {
  return {.url = Url::parse(server.url() + path), .retry = hasty(3)};
}

/// What holds for requests of both kinds, whichever thread moves them.
class HttpTraffic : public ::testing::TestWithParam<Traffic> {
 protected:
  static Request get(const test::HttpServer& server, const std::string& path = "/") {
    Request request = registry::get(server, path);
    request.traffic = GetParam();
    return request;
  }

  std::stop_source stop_;
};

INSTANTIATE_TEST_SUITE_P(Both, HttpTraffic, ::testing::Values(Traffic::kSmall, Traffic::kBulk),
                         [](const auto& one) {
                           return one.param == Traffic::kSmall ? "Small" : "Bulk";
                         });

std::string many_bytes(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761U >> 13);
  return text;
}

TEST(HttpClient, SendsAndReceives) {
  test::HttpServer server([](const test::HttpRequest& request) {
    return test::HttpAnswer{.status = 201, .headers = {{"X-Echo", request.body}}, .body = "hello"};
  });
  HttpClient client;
  Request request = get(server, "/a?b=c");
  request.method = "PUT";
  request.headers.add("X-Ours", "yes");
  request.body = Body::of("content");
  const Response response = client.send(request);
  EXPECT_EQ(response.head.status, 201);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.head.headers.find("x-echo"), "content");
  EXPECT_EQ(server.requests().at(0).target, "/a?b=c");
  EXPECT_EQ(server.requests().at(0).headers.find("X-Ours"), "yes");
}

TEST_P(HttpTraffic, UsesOneConnectionForRequestsInARow) {
  test::HttpServer server([](const test::HttpRequest&) { return test::HttpAnswer{.body = "x"}; });
  HttpClient client;
  for (int i = 0; i < 5; ++i) client.send(get(server));
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, SaysTheLengthOfAnEmptyBody) {
  test::HttpServer server([](const test::HttpRequest&) { return test::HttpAnswer{.status = 202}; });
  HttpClient client;
  Request request = get(server);
  request.method = "POST";
  client.send(request);
  EXPECT_EQ(server.requests().at(0).headers.find("Content-Length"), "0");
}

TEST_P(HttpTraffic, MovesBodiesOfManyChunksBothWays) {
  const std::string content = many_bytes((std::size_t{3} << 20) + 17);
  std::string received;
  test::HttpServer server([&](const test::HttpRequest& request) {
    received = request.body;
    return test::HttpAnswer{.body = request.body};
  });
  HttpClient client;
  Request request = get(server);
  request.method = "PUT";
  request.body = Body::of(content);
  EXPECT_EQ(client.send(request).body, content);
  EXPECT_EQ(received, content);
}

TEST_P(HttpTraffic, LetsASlowReaderHoldUpTheTransfer) {
  const std::string content = many_bytes(std::size_t{8} << 20);
  test::HttpServer server(
      [&](const test::HttpRequest&) { return test::HttpAnswer{.body = content}; });
  HttpClient client;
  const StreamedResponse response = client.open(get(server));
  std::string read(1000, '\0');
  EXPECT_GT(response.body->read(std::as_writable_bytes(std::span(read))), 0U);
  client.send({.method = "HEAD", .url = Url::parse(server.url() + "/")});  // others go on meanwhile
  EXPECT_LT(oci::read_all(*response.body, content.size()).size(), content.size());
}

TEST_P(HttpTraffic, WaitsForAPlaceThatADroppedAnswerLeaves) {
  constexpr std::size_t kSize = std::size_t{4} << 20;  // more than there is room for on the way
  std::atomic<bool> dropped = false;
  test::HttpServer server([&](const test::HttpRequest& request) {
    EXPECT_TRUE(dropped || request.path() == "/first");
    return test::HttpAnswer{.body = many_bytes(kSize)};
  });
  HttpOptions options;
  options.transport.limits = {.small = 1, .uploads = 1, .downloads = 1};
  HttpClient client(options);
  auto first = client.open(get(server, "/first"));
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] { EXPECT_EQ(client.send(get(server, "/next")).body.size(), kSize); });
  }
  std::string some(1 << 19, '\0');
  EXPECT_EQ(oci::read_full(*first.body, std::as_writable_bytes(std::span(some))), some.size());
  dropped = true;
  first.body.reset();
  for (auto& other : others) other.join();
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST_P(HttpTraffic, MayBeGivenUpBeforeItBegins) {
  test::HttpServer server(
      [&](const test::HttpRequest&) { return test::HttpAnswer{.body = many_bytes(1 << 20)}; });
  HttpOptions options;
  options.transport.limits = {.small = 1, .uploads = 1, .downloads = 1};
  HttpClient client(options);
  auto first = client.open(get(server));
  std::thread waiting(
      [&] { EXPECT_THROW(client.send(get(server), stop_.get_token()), oci::Error); });
  stop_.request_stop();
  waiting.join();
  first.body.reset();
  EXPECT_EQ(client.send(get(server)).body.size(), 1U << 20);
}

TEST_P(HttpTraffic, RepeatsWhatFailsInPassing) {
  std::atomic<int> number = 0;
  test::HttpServer server([&](const test::HttpRequest& request) -> test::HttpAnswer {
    switch (number++) {
      case 0:
        return {.hang_up = true};
      case 1:
        return {.status = 503, .headers = {{"Retry-After", "0"}}};
      default:
        return {.body = request.body};
    }
  });
  HttpClient client;
  Request request = get(server);
  request.method = "PUT";
  request.body = Body::of("again");
  EXPECT_EQ(client.send(request).body, "again");
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(HttpClient, GivesTheLastAnswerWhenAttemptsEnd) {
  test::HttpServer server([](const test::HttpRequest&) {
    return test::HttpAnswer{.status = 429, .headers = {{"Retry-After", "3600"}}};
  });
  HttpClient client;
  EXPECT_EQ(client.send(get(server)).head.status, 429);
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(HttpClient, DoesNotRepeatWhatWillNotChange) {
  test::HttpServer server([](const test::HttpRequest&) { return test::HttpAnswer{.status = 404}; });
  HttpClient client;
  EXPECT_EQ(client.send(get(server)).head.status, 404);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_P(HttpTraffic, TellsWhomItCouldNotReach) {
  std::string url;
  {
    test::HttpServer server([](const test::HttpRequest&) { return test::HttpAnswer{}; });
    url = server.url();
  }
  HttpClient client;
  try {
    client.send(
        {.url = Url::parse(url + "/v2/?_state=secret"), .retry = hasty(2), .traffic = GetParam()});
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("GET " + url + "/v2/?_state=***"));
  }
}

TEST_P(HttpTraffic, ThrowsFromTheBodyWhenAnAnswerBreaksOff) {
  test::HttpServer server([](const test::HttpRequest&) {
    return test::HttpAnswer{.body = std::string(100'000, 'x'), .cut_after = 50'000};
  });
  HttpClient client;
  const StreamedResponse response = client.open(get(server));
  EXPECT_EQ(response.head.status, 200);
  try {
    oci::read_all(*response.body, 1 << 20);
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kUnavailable);
  }
}

TEST(HttpClient, RefusesAnAnswerThatIsTooLong) {
  test::HttpServer server(
      [](const test::HttpRequest&) { return test::HttpAnswer{.body = std::string(1000, 'x')}; });
  HttpClient client;
  EXPECT_THROW(client.send(get(server), {}, 999), oci::Error);
  EXPECT_EQ(client.send(get(server), {}, 1000).body.size(), 1000U);
}

TEST_P(HttpTraffic, FollowsRedirectsButNotForEver) {
  test::HttpServer server([](const test::HttpRequest& request) -> test::HttpAnswer {
    if (request.path() == "/end") return {.body = "arrived"};
    return {.status = 307, .headers = {{"Location", request.path() == "/loop" ? "/loop" : "/end"}}};
  });
  HttpClient client;
  const Response response = client.send(get(server, "/begin"));
  EXPECT_EQ(response.body, "arrived");
  EXPECT_EQ(response.head.url.path(), "/end");
  EXPECT_THROW(client.send(get(server, "/loop")), oci::Error);
}

TEST(HttpClient, TakesNoCredentialsToAnotherPort) {
  test::HttpServer storage(
      [](const test::HttpRequest&) { return test::HttpAnswer{.body = "blob"}; });
  test::HttpServer server([&](const test::HttpRequest&) {
    return test::HttpAnswer{.status = 307, .headers = {{"Location", storage.url() + "/blob"}}};
  });
  HttpClient client;
  Request request = get(server);
  request.authorization = Secret("Basic c2VjcmV0");
  EXPECT_EQ(client.send(request).body, "blob");
  EXPECT_TRUE(server.requests().at(0).headers.find("Authorization"));
  EXPECT_FALSE(storage.requests().at(0).headers.find("Authorization"));
}

TEST_P(HttpTraffic, GivesUpOnATransferThatDoesNotMove) {
  test::HttpServer server([](const test::HttpRequest&) {
    return test::HttpAnswer{.body = "12345678", .cut_after = 4, .stall = true};
  });
  HttpOptions options;
  options.transport.stall_timeout = std::chrono::seconds(1);
  HttpClient client(options);
  EXPECT_THROW(client.send(get(server)), oci::Error);
}

TEST_P(HttpTraffic, EndsInTheMiddleWhenItIsInterrupted) {
  test::HttpServer server([](const test::HttpRequest&) {
    return test::HttpAnswer{.body = "12345678", .cut_after = 4, .stall = true};
  });
  HttpClient client;
  const StreamedResponse response = client.open(get(server), stop_.get_token());
  std::string four(4, '\0');
  oci::read_full(*response.body, std::as_writable_bytes(std::span(four)));
  std::thread interrupter([&] { stop_.request_stop(); });
  try {
    oci::read_all(*response.body, 100);
    ADD_FAILURE() << "it ended";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kInterrupted);
  }
  interrupter.join();
}

class WarningLog final : public oci::Progress {
 public:
  std::unique_ptr<oci::ProgressTask> start(std::string_view group, std::string_view name) override {
    return oci::no_progress().start(group, name);
  }
  void output(std::string_view, std::string_view) override {}
  void warn(std::string_view message) override {
    warnings.emplace_back(message);
    at_warning();
  }
  void debug(std::string_view) override {}

  std::vector<std::string> warnings;
  std::function<void()> at_warning = [] {};
};

TEST_P(HttpTraffic, SaysThatItWaitsAndEndsWhenItIsInterrupted) {
  test::HttpServer server([&](const test::HttpRequest&) {
    return test::HttpAnswer{.status = 503, .headers = {{"Retry-After", "3600"}}};
  });
  WarningLog log;
  log.at_warning = [this] { stop_.request_stop(); };
  HttpClient client({}, log);
  Request request = get(server);
  request.retry.longest_retry_after = std::chrono::minutes(30);
  EXPECT_THROW(client.send(request, stop_.get_token()), oci::Error);
  ASSERT_EQ(log.warnings.size(), 1U);
  EXPECT_THAT(log.warnings[0], ::testing::AllOf(HasSubstr(server.host() + " asks for a pause"),
                                                HasSubstr("going on in 1800 s")));
}

TEST(HttpClient, PassesAServersWarningsOnOnceAndWithoutEscapes) {
  test::HttpServer server([](const test::HttpRequest&) {
    return test::HttpAnswer{
        .headers = {{"Warning", "299 - \"old \x1b[31mAPI\""}, {"Warning", "110 - \"stale\""}}};
  });
  WarningLog log;
  HttpClient client({}, log);
  for (int i = 0; i < 3; ++i) client.send(get(server));
  EXPECT_THAT(log.warnings, ::testing::ElementsAre("the registry says: old \\x1b[31mAPI"));
}

TEST(HttpClient, GoesThroughTheProxyOfTheEnvironment) {
  test::HttpServer proxy([](const test::HttpRequest& request) {
    return test::HttpAnswer{.body = "by proxy: " + request.target};
  });
  test::HttpServer near([](const test::HttpRequest&) { return test::HttpAnswer{.body = "near"}; });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  HttpClient client;
  EXPECT_EQ(client.send({.url = Url::parse("http://far.example/v2/")}).body,
            "by proxy: http://far.example/v2/");
  EXPECT_EQ(client.send(get(near)).body, "near");
  ::unsetenv("http_proxy");
}

TEST(HttpClient, OpensNoSocketOffline) {
  test::HttpServer server([](const test::HttpRequest&) { return test::HttpAnswer{}; });
  HttpClient client({.offline = true});
  EXPECT_THROW(client.send(get(server)), oci::Error);
  EXPECT_TRUE(server.requests().empty());
}

TEST_P(HttpTraffic, RefusesABodyThatIsNotOfItsSize) {
  test::HttpServer server([](const test::HttpRequest&) { return test::HttpAnswer{}; });
  HttpClient client;
  for (const std::uint64_t size : {3U, 5U}) {
    Request request = get(server);
    request.method = "PUT";
    request.body = Body::of("four");
    request.body->size = size;
    try {
      client.send(request);
      FAIL() << size;
    } catch (const oci::Error& error) {
      EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
    }
  }
}

TEST_P(HttpTraffic, ServesManyThreads) {
  test::HttpServer server(
      [](const test::HttpRequest& request) { return test::HttpAnswer{.body = request.path()}; });
  HttpClient client;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      const std::string path = "/" + std::to_string(i);
      for (int round = 0; round < 10; ++round) {
        if (client.send(get(server, path)).body == path) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace bale::registry
