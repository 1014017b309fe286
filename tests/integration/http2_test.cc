// SPDX-License-Identifier: Apache-2.0
// A registry that offers HTTP/2, as nginx logs what reaches it.

#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "registry/pull.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/certificates.h"
#include "tests/support/docker_registry.h"
#include "tests/support/nginx.h"
#include "tests/support/peer_tool.h"
#include "tests/support/random_bytes.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

struct LoggedRequest {
  std::string protocol;
  std::string connection;
  std::string method;
  std::uint64_t bytes = 0;
};

class Http2 : public ::testing::Test {
 protected:
  void SetUp() override {
    BALE_NEEDS_PEER("docker-registry");
    BALE_NEEDS_PEER("/usr/sbin/nginx");
    test::make_certificates(folder_.path());
    // The authority by the way that OpenSSL's own tools are told it.
    ::setenv("SSL_CERT_FILE", (folder_ / "ca.crt").c_str(), 1);
    server_ = std::make_unique<test::DockerRegistry>();
    front_ = std::make_unique<test::Nginx>(
        test::Nginx::tls_in_front_of(server_->host(), folder_.path()));
  }
  void TearDown() override { ::unsetenv("SSL_CERT_FILE"); }

  Repository repository() {
    return registries_.repository(oci::Reference::parse(front_->host() + "/team/app"),
                                  Repository::Access::kPush);
  }

  std::vector<LoggedRequest> log() const {
    std::ifstream file(folder_ / "access.log");
    std::vector<LoggedRequest> requests;
    LoggedRequest request;
    while (file >> request.protocol >> request.connection >> request.method >> request.bytes) {
      requests.push_back(request);
    }
    return requests;
  }

  static RegistriesOptions verified() {
    RegistriesOptions options;
    options.tls_verify = true;
    return options;
  }

  const test::ScratchFolder folder_;
  std::unique_ptr<test::DockerRegistry> server_;
  std::unique_ptr<test::Nginx> front_;
  HttpClient client_;
  Registries registries_{client_, no_keychain(), {}, verified()};
  oci::MemoryStore store_;
};

TEST_F(Http2, CarriesManySmallRequestsOnOneConnection) {
  const auto root = test::add_index(
      store_, {"linux/amd64", "linux/arm64", "linux/386", "linux/s390x", "linux/ppc64le"});
  push_image(store_, root, repository(), {.tags = {"v1"}});
  std::set<std::string> connections;
  for (const LoggedRequest& request : log()) {
    EXPECT_EQ(request.protocol, "HTTP/2.0") << request.method;
    connections.insert(request.connection);
  }
  EXPECT_GE(log().size(), 20U);
  EXPECT_EQ(connections.size(), 1U);
}

TEST_F(Http2, LeavesLargeBodiesToConnectionsOfTheirOwn) {
  BlobPusher pusher(repository(), {});
  std::optional<oci::Descriptor> last;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    last = test::add_blob(store_, test::random_bytes(4 * kMiB, seed), "x/y");
    pusher.start_blob(*last, store_);
  }
  pusher.wait();
  oci::MemoryStore pulled;
  pull_blobs(repository(), {*last}, pulled);
  EXPECT_EQ(pulled.size(last->digest), last->size);
  for (const LoggedRequest& request : log()) {
    const bool bulk = request.bytes > kMiB || request.method == "GET";
    EXPECT_EQ(request.protocol, bulk ? "HTTP/1.1" : "HTTP/2.0") << request.method;
  }
}

TEST_F(Http2, IsNotSpokenToAServerWhoseAuthorityNobodyKnows) {
  ::unsetenv("SSL_CERT_FILE");
  try {
    (void)repository().head_manifest("v1");
    FAIL() << "it was trusted";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
    EXPECT_NE(error.hint().find("certs.d"), std::string::npos);
  }
  EXPECT_TRUE(log().empty());
}

}  // namespace
}  // namespace bale::registry
