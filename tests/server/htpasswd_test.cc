// SPDX-License-Identifier: Apache-2.0
#include "server/htpasswd.h"

#include <gtest/gtest.h>

#include "oci/base64.h"
#include "oci/error.h"

namespace bale::server {
namespace {

// htpasswd -Bbn alice secret; openssl passwd -6 -salt saltsalt hunter2
constexpr const char* kFile =
    "# people\n\n"
    "alice:$2y$05$UHUiiyXEEXC71/T3CtUb5OP67/kDYQJrv4/ti7X6QIbEwBAlH/PhK\n"
    "bob:$6$saltsalt$8iYtNHxjWRl.NF6oNZ5tF.iKFlQREaXBLlSmZKP6dy9l5z3vsooWNW0/GZ6Nej73/"
    "TFug6pIPSqbJoCT6dfnj.\n";

std::string basic(const std::string& user, const std::string& password) {
  return "Basic " + oci::encode_base64(user + ":" + password);
}

TEST(Htpasswd, AllowsTheRightPassword) {
  Htpasswd passwords(kFile);
  EXPECT_TRUE(passwords.allows(basic("alice", "secret")));
  EXPECT_TRUE(passwords.allows(basic("alice", "secret"))) << "again";
  EXPECT_TRUE(passwords.allows(basic("bob", "hunter2")));
  EXPECT_TRUE(passwords.allows("basic " + oci::encode_base64("alice:secret")));
}

TEST(Htpasswd, RefusesEverythingElse) {
  Htpasswd passwords(kFile);
  for (const auto& header :
       {basic("alice", "Secret"), basic("alice", ""), basic("bob", "secret"),
        basic("carol", "secret"), basic("", ""), std::string(), std::string("Basic"),
        std::string("Basic !!"), "Bearer " + oci::encode_base64("alice:secret"),
        "Basic " + oci::encode_base64("alice")}) {
    EXPECT_FALSE(passwords.allows(header)) << header;
  }
}

TEST(Htpasswd, RefusesFilesThatAreNone) {
  for (const char* text : {"alice", ":hash", "alice:plain", "alice:{SHA}x", "alice:"}) {
    EXPECT_THROW(Htpasswd{text}, oci::Error) << text;
  }
}

}  // namespace
}  // namespace bale::server
