// SPDX-License-Identifier: Apache-2.0
// docker-registry with tokens: from a server that signs what docker-registry trusts.

#include <atomic>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "registry/delete_tag.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/docker_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/random_bytes.h"
#include "tests/support/test_image.h"
#include "tests/support/token_server.h"

namespace bale::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class Alice final : public Keychain {
 public:
  std::optional<Credential> find(const std::string&, const std::string&) const override {
    return Credential{.username = "alice", .password = Secret("secret"), .source = "test"};
  }
  std::string key(const std::string& host, const std::string&) const override { return host; }
};

/// Keeps the lines of a client's log.
class Log final : public oci::Progress {
 public:
  std::unique_ptr<oci::ProgressTask> start(std::string_view group, std::string_view name) override {
    return oci::no_progress().start(group, name);
  }
  void output(std::string_view, std::string_view) override {}
  void warn(std::string_view) override {}
  void debug(std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  std::size_t count(const std::string& method, const std::string& status) const {
    const std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (const std::string& line : lines_) {
      if (line.substr(0, method.size()) == method && line.find(": " + status + " (") != line.npos) {
        ++found;
      }
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class TokenAuth : public ::testing::Test {
 protected:
  void SetUp() override {
    BALE_NEEDS_PEER("docker-registry");
    server_ = std::make_unique<test::DockerRegistry>(
        test::DockerRegistryOptions{.more = tokens_.registry_configuration()});
  }

  Repository repository(const std::string& name = "team/app",
                        Repository::Access access = Repository::Access::kPush) {
    return registries_.repository(oci::Reference::parse(server_->host() + "/" + name), access);
  }

  test::TokenServer tokens_;
  std::unique_ptr<test::DockerRegistry> server_;
  Alice alice_;
  Log log_;
  HttpClient client_{{}, log_};
  Registries registries_{client_, alice_};
  oci::MemoryStore store_;
};

TEST_F(TokenAuth, LetsAPushAndAPullInWithOneTokenEach) {
  tokens_.demand("alice:secret");
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64", "linux/386"});
  push_image(store_, root, repository(), {.tags = {"v1"}});
  EXPECT_THAT(tokens_.scopes(), ElementsAre("repository:team/app:pull,push"));
  oci::MemoryStore pulled;
  const Repository from = repository("team/app", Repository::Access::kPull);
  EXPECT_EQ(pull_image(from, "v1", pulled).digest, root.digest);
  EXPECT_THAT(tokens_.scopes(),
              ElementsAre("repository:team/app:pull,push", "repository:team/app:pull"));
}

TEST_F(TokenAuth, IsAskedOnceHoweverManyBlobsStartTogether) {
  BlobPusher pusher(repository(), {});
  for (int i = 0; i < 24; ++i) {
    pusher.start_blob(test::add_blob(store_, "blob " + std::to_string(i), "x/y"), store_);
  }
  pusher.wait();
  EXPECT_EQ(pusher.counts().uploaded, 24U);
  EXPECT_EQ(tokens_.scopes().size(), 1U);
}

TEST_F(TokenAuth, MountsWithOneTokenForBothRepositories) {
  const auto root = test::add_image(store_, "linux/amd64");
  push_image(store_, root, repository("team/base"), {.tags = {"v1"}});
  PushOptions options{.tags = {"v1"}};
  options.blobs.origin = [this](const oci::Digest&) { return repository("team/base"); };
  EXPECT_EQ(push_image(store_, root, repository(), options).blobs.mounted, 3U);
  EXPECT_THAT(tokens_.scopes(),
              Contains("repository:team/app:pull,push repository:team/base:pull"));
}

TEST_F(TokenAuth, RenewsATokenThatExpiresInTheMiddleOfAPush) {
  // A second or two for the first token, and a link that needs about five for the blob.
  tokens_.give_tokens_for(std::chrono::seconds(2));
  HttpOptions slow;
  slow.bytes_per_second = 5 * kMiB;
  HttpClient client(slow, log_);
  Registries registries(client, alice_);
  const auto blob = test::add_blob(store_, test::random_bytes(24 * kMiB), "x/y");
  BlobPusher pusher(
      registries.repository(oci::Reference::parse(server_->host() + "/team/app"),
                            Repository::Access::kPush),
      {.upload = {.stream_limit = kMiB, .chunk_size = 2 * kMiB, .smallest_chunk = 2 * kMiB}});
  pusher.start_blob(blob, store_);
  pusher.wait();
  EXPECT_EQ(pusher.counts().uploaded, 1U);
  EXPECT_GE(tokens_.scopes().size(), 3U);
  EXPECT_EQ(log_.count("POST", "202"), 1U);    // begun once,
  EXPECT_EQ(log_.count("PATCH", "202"), 12U);  // and no part that was taken was sent again
  EXPECT_EQ(log_.count("PUT", "201"), 1U);
}

TEST_F(TokenAuth, RenewsATokenThatExpiresWhileOneStreamIsSent) {
  tokens_.give_tokens_for(std::chrono::seconds(2));
  HttpOptions slow;
  slow.bytes_per_second = 4 * kMiB;
  HttpClient client(slow, log_);
  Registries registries(client, alice_);
  const auto to = registries.repository(oci::Reference::parse(server_->host() + "/team/app"),
                                        Repository::Access::kPush);
  const auto root = test::add_image(store_, "linux/amd64", "salt");
  BlobPusher pusher(to, {});
  pusher.start_blob(test::add_blob(store_, test::random_bytes(16 * kMiB), "x/y"), store_);
  push_image(store_, root, pusher, {.tags = {"v1"}});
  EXPECT_EQ(to.head_manifest("v1")->digest, root.digest);
  EXPECT_GE(tokens_.scopes().size(), 2U);
}

TEST_F(TokenAuth, AsksForDeletingApartFromPushing) {
  const auto root = test::add_image(store_, "linux/amd64");
  push_image(store_, root, repository(), {.tags = {"v1", "v2"}});
  repository("team/app", Repository::Access::kDelete).delete_manifest(root.digest.to_string());
  EXPECT_FALSE(repository().head_manifest("v1"));
  for (const std::string& scopes : tokens_.scopes()) {
    EXPECT_FALSE(scopes.find("push") != scopes.npos && scopes.find("delete") != scopes.npos)
        << scopes;
  }
}

TEST_F(TokenAuth, TellsThatTheTokenServerRefusesThePassword) {
  tokens_.demand("alice:another");
  try {
    (void)repository().head_manifest("v1");
    FAIL() << "it was let in";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kDenied);
    EXPECT_THAT(error.what(), HasSubstr("asking for a token"));
    EXPECT_THAT(error.what(), HasSubstr("incorrect username or password"));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("secret")));
  }
}

TEST_F(TokenAuth, LetsSkopeoInToo) {
  BALE_NEEDS_PEER("skopeo");
  const auto root = test::add_image(store_, "linux/amd64");
  push_image(store_, root, repository(), {.tags = {"v1"}});
  const auto run =
      test::run_peer("skopeo inspect --tls-verify=false --raw --creds alice:secret docker://" +
                     server_->host() + "/team/app:v1");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(oci::Digest::of(oci::as_bytes(run.output)), root.digest);
}

}  // namespace
}  // namespace bale::registry
