// SPDX-License-Identifier: Apache-2.0
// What opens a registry is in no line that the program prints, at any level.

#include <mutex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/base64.h"
#include "tests/support/fake_registry.h"
#include "tests/support/program_test.h"
#include "tests/support/token_server.h"

namespace bale::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kLogin = "alice:pass-word-of-alice";

/// A registry that wants tokens, gives blobs away by signed addresses of a store beside it, and
/// refuses pushes where it is told to.
class RegistrySecrets : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    tokens_.demand(kLogin);
    registry_.intercept([this](const HttpRequest& request) { return answer(request); });
    write_text(auth_file(), R"({"auths":{")" + registry_.host() + R"(":{"auth":")" +
                                oci::encode_base64(kLogin) + "\"}}}");
  }

  std::optional<HttpAnswer> answer(const HttpRequest& request) {
    const std::string authorization = request.headers.find("Authorization").value_or("");
    if (authorization.substr(0, 7) != "Bearer ") {
      const std::string challenge =
          "Bearer realm=\"" + tokens_.realm() + "\",service=\"test-service\"";
      return HttpAnswer{.status = 401, .headers = {{"WWW-Authenticate", challenge}}};
    }
    const std::lock_guard lock(mutex_);
    seen_tokens_.insert(authorization.substr(7));
    if (refuses_ && request.method == "POST") {
      return HttpAnswer{.status = 403, .body = error_body("DENIED", "not yours")};
    }
    if (request.method != "GET" || request.path().find("/blobs/sha256:") == std::string::npos) {
      return std::nullopt;
    }
    const std::string at = storage_.url() + request.path().substr(3) +
                           "?X-Amz-Signature=signature-of-the-address&sig=another-signature";
    return HttpAnswer{.status = 307, .headers = {{"Location", at}}};
  }

  HttpAnswer store_answer(const HttpRequest& request) {
    EXPECT_FALSE(request.headers.find("Authorization"));
    const std::string path = request.path();
    const auto blob =
        registry_.blob("team/app", oci::Digest::parse(path.substr(path.find("sha256:"))));
    return blob ? HttpAnswer{.body = *blob} : HttpAnswer{.status = 403};
  }

  /// Runs a command that tells all that it can; what it says is kept.
  int run(const std::string& arguments) {
    const PeerRun run = bale("--log-level debug --progress plain " + arguments);
    said_ += run.output;
    return run.status;
  }

  void expect_silence() {
    EXPECT_THAT(said_, HasSubstr("POST http"));  // the requests themselves are told
    for (const char* secret : {"pass-word-of-alice", "_state=s", "signature-of-the-address",
                               "another-signature", "eyJ0eXAi"}) {
      EXPECT_THAT(said_, Not(HasSubstr(secret)));
    }
    EXPECT_THAT(said_, Not(HasSubstr(oci::encode_base64(kLogin))));
    EXPECT_FALSE(seen_tokens_.empty());
    for (const std::string& token : seen_tokens_) {
      EXPECT_THAT(said_, Not(HasSubstr(token.substr(0, 40))));
      EXPECT_THAT(said_, Not(HasSubstr(token.substr(token.size() - 40))));
    }
  }

  std::string name() const { return registry_.name("team/app:v1"); }

  TokenServer tokens_;
  FakeRegistry registry_;
  HttpServer storage_{[this](const HttpRequest& request) { return store_answer(request); }};
  std::mutex mutex_;  // guards what follows
  std::set<std::string> seen_tokens_;
  bool refuses_ = false;
  std::string said_;
};

TEST_F(RegistrySecrets, AreNotToldByPushesPullsAndRefusals) {
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /a.txt\n", "-t " + name()).status, 0);
  EXPECT_EQ(run("push " + name()), 0) << said_;
  EXPECT_EQ(run("copy docker://" + name() + " oci:" + (scratch_ / "copy").string()), 0) << said_;
  refuses_ = true;
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /b.txt\n", "-t " + name()).status, 0);
  EXPECT_EQ(run("push " + name()), 4) << said_;
  EXPECT_EQ(run("auth check " + name()), 4) << said_;
  expect_silence();
}

TEST_F(RegistrySecrets, AreNotToldWhereTheTokenServerRefusesThem) {
  ASSERT_EQ(build("FROM scratch\nCOPY a.txt /a.txt\n", "-t " + name()).status, 0);
  EXPECT_EQ(run("push " + name()), 0) << said_;
  tokens_.demand("alice:changed-meanwhile");
  EXPECT_EQ(run("push " + name()), 4) << said_;
  expect_silence();
}

TEST_F(RegistrySecrets, AreNotToldByALoginThatReadsThem) {
  write_text(scratch_ / "password", kLogin.substr(6));
  write_text(auth_file(), "{}");
  const std::string login = "login --username alice --password-stdin " + registry_.host() + " < " +
                            (scratch_ / "password").string();
  EXPECT_EQ(run(login), 0) << said_;
  write_text(scratch_ / "password", "pass-word-of-alice-2");
  EXPECT_EQ(run(login), 4) << said_;
  said_ += "POST http";
  expect_silence();
}

}  // namespace
}  // namespace bale::test
