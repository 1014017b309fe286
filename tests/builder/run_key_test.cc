// SPDX-License-Identifier: Apache-2.0
#include "builder/run_key.h"

#include <gtest/gtest.h>

#include "oci/digest.h"
#include "oci/media_type.h"

namespace bale::builder {
namespace {

class RunKeyTest : public testing::Test {
 protected:
  CacheKey key() const { return run_key(step_, {platform_, layers_, "gzip 6", files_}); }
  /// Whether the key is another one after a change.
  template <typename Change>
  bool changes(Change change) {
    const CacheKey before = key();
    change();
    return key() != before;
  }
  static StageLayer layer(std::string_view content) {
    const auto digest = oci::Digest::of(oci::as_bytes(content));
    return {{.media_type = oci::media_type::kOciLayer, .digest = digest, .size = 1},
            oci::DiffId(digest)};
  }

  RunStep step_{.argv = {"/bin/sh", "-c", "make"},
                .env = {"PATH=/bin"},
                .proxy_env = {},
                .cwd = "/",
                .user = {},
                .mounts = {},
                .devices = {},
                .scripts = {}};
  oci::Platform platform_ = oci::Platform::parse("linux/amd64");
  std::vector<StageLayer> layers_ = {layer("one")};
  std::vector<CacheKey> files_;
};

TEST_F(RunKeyTest, ChangesWithAllThatTheCommandSees) {
  EXPECT_TRUE(changes([&] { step_.argv.back() = "make all"; }));
  EXPECT_TRUE(changes([&] { step_.argv = {"/bin/sh", "-c make", "all"}; }));
  EXPECT_TRUE(changes([&] { step_.env.emplace_back("A=b"); }));
  EXPECT_TRUE(changes([&] { step_.cwd = "/srv"; }));
  EXPECT_TRUE(changes([&] { step_.user = "daemon"; }));
  EXPECT_TRUE(changes([&] { step_.network = RunNetwork::kNone; }));
  EXPECT_TRUE(changes([&] { step_.scripts = {{"EOF", "#!/bin/sh\n"}}; }));
  EXPECT_TRUE(changes([&] { step_.mounts = {TmpfsMount{"/tmp", 0}}; }));
  EXPECT_TRUE(changes([&] { platform_ = oci::Platform::parse("linux/arm64"); }));
  EXPECT_TRUE(changes([&] { layers_.push_back(layer("two")); }));
  EXPECT_TRUE(changes([&] { files_.push_back(CacheKeyHasher("files").finish()); }));
}

TEST_F(RunKeyTest, StaysWithProxiesThatNoArgDeclared) {
  EXPECT_FALSE(changes([&] { step_.proxy_env = {"http_proxy=http://proxy:3128"}; }));
}

// The same layer, packed otherwise, looks the same to the command.
TEST_F(RunKeyTest, StaysWithAnotherPackingOfTheLayersBelow) {
  EXPECT_FALSE(changes([&] { layers_.front().descriptor = layer("repacked").descriptor; }));
}

}  // namespace
}  // namespace bale::builder
