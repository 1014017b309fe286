// SPDX-License-Identifier: Apache-2.0
#include "registry/certs_d.h"

#include <fstream>

#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::registry {
namespace {

class CertsD : public ::testing::Test {
 protected:
  void write(const std::string& file) {
    const auto path = folder_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << file;
  }
  TlsOptions load(const std::string& host) {
    return load_certs_d({folder_ / "user", folder_ / "system"}, host);
  }

  test::ScratchFolder folder_;
};

TEST_F(CertsD, HoldsAuthoritiesAndTheClientsCertificate) {
  write("user/r.example:5000/ca.crt");
  write("user/r.example:5000/me.cert");
  write("user/r.example:5000/me.key");
  const TlsOptions tls = load("r.example:5000");
  EXPECT_EQ(tls.extra_authorities, "user/r.example:5000/ca.crt\n");
  EXPECT_EQ(tls.client_certificate, folder_ / "user/r.example:5000/me.cert");
  EXPECT_EQ(tls.client_key, folder_ / "user/r.example:5000/me.key");
}

TEST_F(CertsD, IsForAHostWithItsPortAsItIsTyped) {
  write("user/r.example:5000/ca.crt");
  EXPECT_EQ(load("r.example"), TlsOptions());
  EXPECT_EQ(load("r.example:5001"), TlsOptions());
}

TEST_F(CertsD, OfTheUserGoesBeforeTheSystems) {
  write("system/r.example/a.crt");
  EXPECT_EQ(load("r.example").extra_authorities, "system/r.example/a.crt\n");
  write("user/r.example/b.crt");
  EXPECT_EQ(load("r.example").extra_authorities, "user/r.example/b.crt\n");
}

TEST_F(CertsD, WithHalfAPairIsAnError) {
  write("user/r.example/me.cert");
  EXPECT_THROW(load("r.example"), oci::Error);
  write("user/s.example/me.key");
  EXPECT_THROW(load("s.example"), oci::Error);
}

}  // namespace
}  // namespace bale::registry
