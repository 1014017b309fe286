// SPDX-License-Identifier: Apache-2.0
#include "registry/redirect.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::registry {
namespace {

Request request(const char* url) {
  Request result{.url = Url::parse(url)};
  result.authorization = Secret("Bearer token");
  result.tls.client_certificate = "/our.cert";
  return result;
}

ResponseHead answer(int status, const char* location) {
  return {status, {{"Location", location}}, Url::parse("https://r.example/")};
}

TEST(Redirect, OnTheSameOriginKeepsCredentials) {
  const auto next = redirected(request("https://r.example/a"), answer(307, "/b"));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->url.to_string(), "https://r.example/b");
  EXPECT_FALSE(next->authorization.empty());
}

TEST(Redirect, ToAnotherHostOrPortLeavesCredentialsBehind) {
  for (const char* location : {"https://cdn.example/b", "https://r.example:8443/b"}) {
    const auto next = redirected(request("https://r.example/a"), answer(307, location));
    ASSERT_TRUE(next) << location;
    EXPECT_TRUE(next->authorization.empty()) << location;
    EXPECT_EQ(next->tls, TlsOptions()) << location;
  }
}

TEST(Redirect, ToPlainHttpOrAPrivateAddressIsRefused) {
  for (const char* location : {"http://r.example/b", "https://169.254.169.254/latest",
                               "https://10.0.0.1/", "https://[::1]/", "https://localhost/"}) {
    EXPECT_THROW(redirected(request("https://r.example/a"), answer(307, location)), oci::Error)
        << location;
  }
}

TEST(Redirect, BetweenPrivateAddressesIsAllowed) {
  EXPECT_TRUE(
      redirected(request("http://127.0.0.1:5000/a"), answer(307, "http://127.0.0.1:5699/b")));
}

TEST(Redirect, OfATokenRequestStaysOnItsOrigin) {
  Request token = request("https://auth.example/token");
  token.redirects = Redirects::kSameOrigin;
  EXPECT_THROW(redirected(token, answer(307, "https://evil.example/")), oci::Error);
  EXPECT_TRUE(redirected(token, answer(307, "/other")));
}

TEST(Redirect, IsNotMadeOfOtherStatusesNorOfUploadsThatWouldBecomeReads) {
  EXPECT_FALSE(redirected(request("https://r.example/a"), answer(304, "/b")));
  EXPECT_FALSE(redirected(request("https://r.example/a"), answer(201, "/b")));
  Request upload = request("https://r.example/a");
  upload.method = "PUT";
  EXPECT_FALSE(redirected(upload, answer(302, "/b")));
  EXPECT_TRUE(redirected(upload, answer(308, "/b")));
}

}  // namespace
}  // namespace bale::registry
