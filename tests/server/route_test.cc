// SPDX-License-Identifier: Apache-2.0
#include "server/route.h"

#include <gtest/gtest.h>

namespace bale::server {
namespace {

TEST(Route, Paths) {
  EXPECT_EQ(parse_route("/v2/"), (Route{Endpoint::kBase}));
  EXPECT_EQ(parse_route("/v2"), (Route{Endpoint::kBase}));
  EXPECT_EQ(parse_route("/v2/_catalog"), (Route{Endpoint::kCatalog}));
  EXPECT_EQ(parse_route("/v2/a/manifests/v1"), (Route{Endpoint::kManifest, "a", "v1"}));
  EXPECT_EQ(parse_route("/v2/a/b/blobs/sha256:0"), (Route{Endpoint::kBlob, "a/b", "sha256:0"}));
  EXPECT_EQ(parse_route("/v2/a/blobs/uploads/"), (Route{Endpoint::kUploads, "a"}));
  EXPECT_EQ(parse_route("/v2/a/blobs/uploads"), (Route{Endpoint::kUploads, "a"}));
  EXPECT_EQ(parse_route("/v2/a/blobs/uploads/7"), (Route{Endpoint::kUpload, "a", "7"}));
  EXPECT_EQ(parse_route("/v2/a/tags/list"), (Route{Endpoint::kTags, "a"}));
  EXPECT_EQ(parse_route("/v2/a/referrers/x"), (Route{Endpoint::kReferrers, "a", "x"}));
}

TEST(Route, NamesMayHaveTheWordsOfEndpoints) {
  EXPECT_EQ(parse_route("/v2/tags/blobs/manifests/list"),
            (Route{Endpoint::kManifest, "tags/blobs", "list"}));
  EXPECT_EQ(parse_route("/v2/manifests/tags/list"), (Route{Endpoint::kTags, "manifests"}));
}

TEST(Route, OtherPathsAreNone) {
  for (const char* path : {"", "/", "/v1/", "/v2x/", "/v2/a", "/v2/a/manifests/",
                           "/v2/manifests/v1", "/v2/a/tags/all", "/v2/a/other/v1"}) {
    EXPECT_EQ(parse_route(path), std::nullopt) << path;
  }
}

TEST(Route, Repositories) {
  for (const char* name : {"app", "team/app", "ghcr.io/a-b/c__d.e", "a/b/c/d/e"}) {
    EXPECT_TRUE(is_valid_repository(name)) << name;
  }
  for (const char* name : {"", "/", "App", "a//b", "a/", "/a", "..", "a/../b", "a:b", "a@b", "a b",
                           "-a", "a_", "host:5000/a"}) {
    EXPECT_FALSE(is_valid_repository(name)) << name;
  }
  EXPECT_FALSE(is_valid_repository(std::string(256, 'a')));
}

}  // namespace
}  // namespace bale::server
