// SPDX-License-Identifier: Apache-2.0
#include "registry/url.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::registry {
namespace {

TEST(Url, PrintsWhatItParsed) {
  for (const char* text : {"https://ghcr.io/v2/", "http://127.0.0.1:5000/v2/a/blobs/x?digest=y",
                           "http://[::1]:5000/", "https://a.example:8443/p?x=1&y=%20"}) {
    EXPECT_EQ(Url::parse(text).to_string(), text);
  }
}

TEST(Url, KnowsTheDefaultPortAndIgnoresCaseOfTheHost) {
  EXPECT_EQ(Url::parse("HTTPS://GHCR.io").origin(), Url::parse("https://ghcr.io:443/").origin());
  EXPECT_NE(Url::parse("http://ghcr.io/").origin(), Url::parse("https://ghcr.io/").origin());
  EXPECT_NE(Url::parse("https://ghcr.io:444/").origin(), Url::parse("https://ghcr.io/").origin());
}

TEST(Url, RefusesWhatIsNoneOrHidesSomething) {
  for (const char* text :
       {"", "ghcr.io", "ftp://ghcr.io/", "https://", "https://user:secret@ghcr.io/",
        "https://ghcr.io:0/", "https://ghcr.io:99999/", "https://ghcr.io:/", "https://gh cr.io/",
        "https://ghcr.io/\r\nHost: other", "file:///etc/passwd", "https://[::1/"}) {
    EXPECT_FALSE(Url::try_parse(text)) << text;
  }
}

TEST(Url, DoesNotRepeatAWrongTextWhichMayHoldAPassword) {
  try {
    Url::parse("https://user:hunter2@ghcr.io/");
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
  }
}

struct Resolution {
  const char* location;
  const char* result;
};

void PrintTo(const Resolution& resolution, std::ostream* out) { *out << resolution.location; }

class UrlResolution : public ::testing::TestWithParam<Resolution> {};

TEST_P(UrlResolution, FollowsRfc3986) {
  const Url base = Url::parse("https://r.example:8443/v2/a/blobs/uploads/?x=1");
  EXPECT_EQ(base.resolve(GetParam().location).to_string(), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(
    Locations, UrlResolution,
    ::testing::Values(Resolution{"/v2/a/blobs/uploads/7?_state=s%3D",
                                 "https://r.example:8443/v2/a/blobs/uploads/7?_state=s%3D"},
                      Resolution{"https://other.example/u", "https://other.example/u"},
                      Resolution{"//other.example/u", "https://other.example/u"},
                      Resolution{"7?y=2", "https://r.example:8443/v2/a/blobs/uploads/7?y=2"},
                      Resolution{"../7", "https://r.example:8443/v2/a/blobs/7"},
                      Resolution{"/../../x/./y/..", "https://r.example:8443/x/"},
                      Resolution{"?y=2", "https://r.example:8443/v2/a/blobs/uploads/?y=2"},
                      Resolution{"/next?to=https://else.example/",
                                 "https://r.example:8443/next?to=https://else.example/"},
                      Resolution{"/x#part", "https://r.example:8443/x"}));

TEST(Url, AppendsQueriesEncodedToThoseItHas) {
  EXPECT_EQ(Url::parse("https://a/u").with_query("digest", "sha256:0a").to_string(),
            "https://a/u?digest=sha256%3A0a");
  EXPECT_EQ(Url::parse("https://a/u?_state=x").with_query("digest", "a&b").to_string(),
            "https://a/u?_state=x&digest=a%26b");
}

TEST(Url, HidesQueriesThatAreNotKnownToBeHarmless) {
  EXPECT_EQ(Url::parse("https://a/u?_state=secret&digest=d&X-Amz-Signature=s&sig=t").redacted(),
            "https://a/u?_state=***&digest=d&X-Amz-Signature=***&sig=***");
}

TEST(Addresses, OfThisMachineAndOfPrivateNetworksAreKnown) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "[::1]"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host :
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "[fe80::1]",
        "[fd00::1]", "[::ffff:10.0.0.1]", "0.0.0.0"}) {
    EXPECT_TRUE(is_private_address(host)) << host;
    EXPECT_FALSE(is_loopback(host)) << host;
  }
  for (const char* host : {"8.8.8.8", "172.32.0.1", "ghcr.io", "10.example", "[2001:db8::1]"}) {
    EXPECT_FALSE(is_private_address(host)) << host;
  }
}

}  // namespace
}  // namespace bale::registry
