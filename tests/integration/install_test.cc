// SPDX-License-Identifier: Apache-2.0
// What `cmake --install` puts down serves others: the example of docs/examples/edit-label, found
// by CMake; a program of all headers and libraries, found by pkg-config.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/image_layout.h"
#include "tests/support/docker_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

const fs::path kSources = BALE_SOURCES;

/// A prefix that bale is installed into once.
class InstallTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::ScratchFolder>();
    check(std::string(BALE_CMAKE) + " --install " BALE_BUILD " --prefix " + prefix().string());
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static fs::path prefix() { return *folder_ / "prefix"; }
  static fs::path include() { return prefix() / "include/bale"; }
  static fs::path scratch(const std::string& name) { return folder_->path() / name; }

  /// What a command prints; fails the test where it does not succeed.
  static std::string check(const std::string& command) {
    const auto run = test::run_peer(command);
    EXPECT_EQ(run.status, 0) << command << "\n" << run.output;
    return run.output;
  }

  /// The installed headers, as a program includes them.
  static std::vector<std::string> headers() {
    std::vector<std::string> names;
    for (const auto& file : test::files_below(include())) {
      names.push_back(file.lexically_relative(include()).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  static inline std::unique_ptr<test::ScratchFolder> folder_;
};

TEST_F(InstallTest, ThereIsTheProgramAndNoHeaderThatNobodyPromises) {
  EXPECT_THAT(check((prefix() / "bin/bale").string() + " --version"), HasSubstr("bale"));
  EXPECT_TRUE(fs::exists(include() / "oci/digest.h"));
  EXPECT_FALSE(fs::exists(include() / "oci/json.h"));
  EXPECT_FALSE(fs::exists(include() / "registry/curl_library.h"));
}

TEST_F(InstallTest, TheExampleIsBuiltWithCMakeAndPushesWhatItEdited) {
  BALE_NEEDS_PEER("docker-registry");
  BALE_NEEDS_PEER("skopeo");
  auto layout = oci::ImageLayout::create(scratch("layout"));
  layout.set_tag("v1", test::add_index(layout, {"linux/amd64", "linux/arm64"}));
  const std::string build = scratch("example").string();
  check(std::string(BALE_CMAKE) + " -S " + (kSources / "docs/examples/edit-label").string() +
        " -B " + build +
        " -DCMAKE_CXX_COMPILER=" BALE_CXX " -DCMAKE_PREFIX_PATH=" + prefix().string());
  check(std::string(BALE_CMAKE) + " --build " + build);

  const test::DockerRegistry registry;
  const std::string name = registry.host() + "/team/app:v2";
  const std::string edit = build + "/edit-label " + scratch("layout").string() + " v1 ";
  EXPECT_THAT(check(edit + "team=core " + name), HasSubstr(name + "@sha256:"));
  for (const char* arch : {"amd64", "arm64"}) {
    const auto config =
        json::parse(check(std::string("skopeo inspect --override-os linux") + " --override-arch " +
                          arch + " --config --tls-verify=false docker://" + name));
    EXPECT_EQ(config["config"]["Labels"]["team"], "core") << arch;
    EXPECT_EQ(config["architecture"], arch);
  }
  EXPECT_THAT(test::run_peer(edit + "team " + name).output, HasSubstr("not KEY=VALUE"));
}

TEST_F(InstallTest, PkgConfigLeadsToAllHeadersAndLibraries) {
  BALE_NEEDS_PEER("pkg-config");
  std::string program;
  for (const auto& header : headers()) program += "#include \"" + header + "\"\n";
  program += R"(#include <cstdio>
    int main() {
      using namespace bale;
      builder::parse_dockerfile("FROM scratch\n", "Dockerfile");
      registry::HttpClient client;
      std::puts(oci::Digest::of({}).to_string().c_str());
    })";
  test::write_text(scratch("all.cc"), program);
  const std::string binary = scratch("all").string();
  check("PKG_CONFIG_PATH=" + (prefix() / BALE_LIBDIR "/pkgconfig").string() +
        " && export PKG_CONFIG_PATH && " BALE_CXX " -std=c++20 " BALE_CXX_FLAGS " " +
        scratch("all.cc").string() + " $(pkg-config --cflags --libs --static bale) -o " + binary);
  EXPECT_EQ(check(binary),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n");
}

// The others are the first thing that their own source includes (tests/include_rules.sh).
TEST_F(InstallTest, HeadersWithoutASourceNeedNothingBeforeThem) {
  std::string alone;
  for (const auto& header : headers()) {
    const bool has_source = fs::exists((kSources / header).replace_extension(".cc"));
    if (!has_source) alone += " " + (include() / header).string();
  }
  EXPECT_THAT(alone, HasSubstr("oci/descriptor.h"));
  check(BALE_CXX " -std=c++20 -fsyntax-only -x c++ -I" + include().string() + alone);
}

}  // namespace
}  // namespace bale
