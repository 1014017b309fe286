// SPDX-License-Identifier: Apache-2.0
#include "registry/registries_conf.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RegistriesConf conf(const char* toml) {
  RegistriesConf result;
  result.merge(toml, "registries.conf");
  return result;
}

std::vector<Endpoint> pull(const RegistriesConf& from, const char* name) {
  return from.endpoints(oci::Reference::parse(name), Direction::kPull);
}

constexpr const char* kDigest =
    "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(RegistriesConf, ThatIsEmptyLeavesNamesAsTheyAre) {
  EXPECT_THAT(pull({}, "ghcr.io/team/app:v1"),
              ElementsAre(Endpoint{"ghcr.io", "team/app", false, false}));
  EXPECT_THAT(pull({}, "debian"),
              ElementsAre(Endpoint{"docker.io", "library/debian", false, false}));
}

TEST(RegistriesConf, RewritesTheLongestPrefix) {
  const auto rules = conf(R"(
[[registry]]
prefix = "ghcr.io"
location = "mirror.example/all"
[[registry]]
prefix = "ghcr.io/team"
location = "127.0.0.1:5000/ours"
insecure = true
)");
  EXPECT_THAT(pull(rules, "ghcr.io/team/app"),
              ElementsAre(Endpoint{"127.0.0.1:5000", "ours/app", true, false}));
  EXPECT_THAT(pull(rules, "ghcr.io/teamster/app"),
              ElementsAre(Endpoint{"mirror.example", "all/teamster/app", false, false}));
}

TEST(RegistriesConf, KnowsWildcardsOfHosts) {
  const auto rules = conf("[[registry]]\nprefix = \"*.corp.example\"\nlocation = \"r.example\"\n");
  EXPECT_THAT(pull(rules, "a.b.corp.example/app"),
              ElementsAre(Endpoint{"r.example", "app", false, false}));
  EXPECT_THAT(pull(rules, "corp.example/app"),
              ElementsAre(Endpoint{"corp.example", "app", false, false}));
}

TEST(RegistriesConf, TriesMirrorsFirstAndForReadingOnly) {
  const auto rules = conf(R"(
[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "127.0.0.1:5000/hub"
insecure = true
[[registry.mirror]]
location = "digests.example"
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "tags.example"
pull-from-mirror = "tag-only"
)");
  const Endpoint hub{"127.0.0.1:5000", "hub/library/debian", true, true};
  const Endpoint digests{"digests.example", "library/debian", false, true};
  const Endpoint tags{"tags.example", "library/debian", false, true};
  const Endpoint origin{"docker.io", "library/debian", false, false};
  EXPECT_THAT(pull(rules, "debian:12"), ElementsAre(hub, tags, origin));
  EXPECT_THAT(pull(rules, (std::string("debian") + kDigest).c_str()),
              ElementsAre(hub, digests, origin));
  EXPECT_THAT(rules.endpoints(oci::Reference::parse("debian"), Direction::kPush),
              ElementsAre(origin));
}

TEST(RegistriesConf, BlocksWhatItIsToldToBlock) {
  const auto rules = conf("[[registry]]\nprefix = \"evil.example\"\nblocked = true\n");
  try {
    pull(rules, "evil.example/app");
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kDenied);
  }
}

TEST(RegistriesConf, TellsTheLineOfAFault) {
  for (const char* bad : {"[[registry]]\nprefix = \n", "[[registry]]\ninsecure = true\n",
                          "[[registry]]\nlocation=\"a.example\"\n[[registry.mirror]]\n"
                          "location=\"b.example\"\npull-from-mirror=\"sometimes\"\n"}) {
    try {
      conf(bad);
      FAIL() << bad;
    } catch (const oci::Error& error) {
      EXPECT_EQ(error.code(), oci::ErrorCode::kInvalid);
      EXPECT_THAT(error.what(), HasSubstr("registries.conf:"));
    }
  }
}

TEST(RegistriesConf, LetsDropInFilesReplaceARule) {
  const test::ScratchFolder folder;
  std::filesystem::create_directory(folder / "d");
  std::ofstream(folder / "main.conf")
      << "[[registry]]\nlocation = \"a.example\"\n"
         "insecure = true\n[aliases]\n\"app\" = \"a.example/app\"\n";
  std::ofstream(folder / "d/10.conf") << "[[registry]]\nlocation = \"a.example\"\n";
  std::ofstream(folder / "d/note.txt") << "this is no TOML";
  const auto rules = RegistriesConf::load(
      {{folder / "missing.conf", folder / "main.conf"}, {folder / "d", folder / "nowhere"}});
  EXPECT_FALSE(pull(rules, "a.example/app").front().insecure);
  EXPECT_EQ(rules.alias("app"), "a.example/app");
  EXPECT_EQ(rules.alias("other"), std::nullopt);
}

TEST(BaseUrls, TryHttpOnThisMachineAndWhereItIsInsecure) {
  const auto texts = [](const Endpoint& endpoint, std::optional<bool> verify) {
    std::vector<std::string> result;
    for (const Url& url : base_urls(endpoint, verify)) result.push_back(url.to_string());
    return result;
  };
  EXPECT_THAT(texts({"ghcr.io", "a", false, false}, std::nullopt), ElementsAre("https://ghcr.io/"));
  EXPECT_THAT(texts({"docker.io", "a", false, false}, std::nullopt),
              ElementsAre("https://registry-1.docker.io/"));
  EXPECT_THAT(texts({"127.0.0.1:5000", "a", false, false}, std::nullopt),
              ElementsAre("https://127.0.0.1:5000/", "http://127.0.0.1:5000/"));
  EXPECT_THAT(texts({"127.0.0.1:5000", "a", true, false}, true),
              ElementsAre("https://127.0.0.1:5000/"));
  EXPECT_THAT(texts({"r.example", "a", false, false}, false),
              ElementsAre("https://r.example/", "http://r.example/"));
  EXPECT_THROW(base_urls({"a b", "a", false, false}, std::nullopt), oci::Error);
}

}  // namespace
}  // namespace bale::registry
