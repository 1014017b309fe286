// SPDX-License-Identifier: Apache-2.0
// What a transfer keeps in memory, whatever its size and however many run at once.

#include <cstdlib>

#include <gtest/gtest.h>

#include "oci/image_layout.h"
#include "tests/support/certificates.h"
#include "tests/support/child_program.h"
#include "tests/support/docker_registry.h"
#include "tests/support/large_image.h"
#include "tests/support/nginx.h"
#include "tests/support/program_test.h"

namespace bale::test {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr long kMostKib = 64 * 1024;

class TransferMemory : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    BALE_NEEDS_PEER("docker-registry");
    BALE_NEEDS_PEER("/usr/sbin/nginx");
    registry_.emplace();
  }

  void write_image(std::uint64_t layers, std::uint64_t size) {
    auto layout = oci::ImageLayout::create(scratch_ / "layout");
    std::vector<oci::Descriptor> list;
    for (std::uint64_t seed = 0; seed < layers; ++seed) {
      list.push_back(add_large_blob(layout, size, seed));
    }
    layout.set_tag("v1", add_image_of(layout, list));
  }

  /// There and back again within the limit.
  void expect_little_memory(const std::string& host, const std::string& jobs) {
    const std::string image = "docker://" + host + "/team/app:v1";
    const auto push =
        ChildProgram({BALE_PROGRAM, "--max-concurrent", jobs, "--store", store().string(), "copy",
                      "oci:" + (scratch_ / "layout").string() + ":v1", image})
            .wait();
    EXPECT_EQ(push.status, 0);
    EXPECT_LT(push.peak_memory_kib, kMostKib);
    const auto pull = ChildProgram({BALE_PROGRAM, "--max-concurrent", jobs, "--store",
                                    store().string(), "pull", host + "/team/app:v1"})
                          .wait();
    EXPECT_EQ(pull.status, 0);
    EXPECT_LT(pull.peak_memory_kib, kMostKib);
    RecordProperty("push_kib", static_cast<int>(push.peak_memory_kib));
    RecordProperty("pull_kib", static_cast<int>(pull.peak_memory_kib));
  }

  std::optional<DockerRegistry> registry_;
};

TEST_F(TransferMemory, OfAGibibyteIsLittle) {
  write_image(1, 1024 * kMiB);
  expect_little_memory(registry_->host(), "6");
}

TEST_F(TransferMemory, OfManyLargeLayersAtOnceIsLittle) {
  write_image(24, 24 * kMiB);
  expect_little_memory(registry_->host(), "24");
}

TEST_F(TransferMemory, OfManyLargeLayersOverTlsIsLittle) {
  make_certificates(scratch_.path());
  ::setenv("SSL_CERT_FILE", (scratch_ / "ca.crt").c_str(), 1);
  const Nginx front(Nginx::tls_in_front_of(registry_->host(), scratch_.path()));
  write_image(24, 24 * kMiB);
  expect_little_memory(front.host(), "24");
  ::unsetenv("SSL_CERT_FILE");
}

}  // namespace
}  // namespace bale::test
