// SPDX-License-Identifier: Apache-2.0
#include "registry/user_keychain.h"

#include <cstdlib>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "registry/credential_helper.h"
#include "tests/support/scratch_folder.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UserKeychainTest : public ::testing::Test {
 protected:
  UserKeychainTest() {
    set("HOME", folder_.path());
    set("XDG_CONFIG_HOME", folder_ / "config");
    set("XDG_RUNTIME_DIR", folder_ / "run");
  }

  void set(const std::string& name, const std::string& value) { variables_[name] = value; }

  void write(const std::string& path, const std::string& content) {
    const auto file = folder_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }

  UserKeychain keychain(std::set<std::string> push_hosts = {}) {
    UserKeychain::Options options;
    options.auth_file = auth_file_;
    options.push_hosts = std::move(push_hosts);
    options.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
    return UserKeychain(std::move(options));
  }

  std::string login(const UserKeychain& keys, const std::string& host) {
    const auto found = keys.find(host, "team/app");
    return found ? found->username + ":" + found->password.reveal() : "nobody";
  }

  /// `u:p` in the file's form
  static std::string file(const std::string& host) {
    return "{\"auths\": {\"" + host + "\": {\"auth\": \"dTpw\"}}}";
  }

  test::ScratchFolder folder_;
  std::map<std::string, std::string> variables_;
  std::optional<std::filesystem::path> auth_file_;
};

TEST_F(UserKeychainTest, ReadsTheFilesOfPodmanAndDockerInTheirOrder) {
  write(".docker/config.json",
        R"({"auths": {"ghcr.io": {"username": "docker", "password": "1"}}})");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "docker:1");
  write("config/containers/auth.json",
        R"({"auths": {"ghcr.io": {"username": "config", "password": "2"}}})");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "config:2");
  write("run/containers/auth.json",
        R"({"auths": {"ghcr.io": {"username": "run", "password": "3"}}})");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "run:3");
  set("DOCKER_AUTH_CONFIG", R"({"auths": {"ghcr.io": {"username": "env", "password": "4"}}})");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "env:4");
}

TEST_F(UserKeychainTest, FallsThroughToTheNextFile) {
  write("run/containers/auth.json", file("quay.io"));
  write(".docker/config.json", file("ghcr.io"));
  EXPECT_EQ(login(keychain(), "ghcr.io"), "u:p");
}

TEST_F(UserKeychainTest, ReadsANamedFileAlone) {
  write("run/containers/auth.json", file("ghcr.io"));
  write("named.json", file("quay.io"));
  set("REGISTRY_AUTH_FILE", folder_ / "named.json");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "nobody");
  EXPECT_EQ(login(keychain(), "quay.io"), "u:p");
  write("option.json", file("ghcr.io"));
  auth_file_ = folder_ / "option.json";
  EXPECT_EQ(login(keychain(), "quay.io"), "nobody");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "u:p");
}

TEST_F(UserKeychainTest, NamesTheFilesThatOthersCanRead) {
  write("run/containers/auth.json", file("a.example"));
  write(".docker/config.json", file("b.example"));
  using std::filesystem::perms;
  const auto closed = folder_ / "run/containers/auth.json";
  const auto open = folder_ / ".docker/config.json";
  std::filesystem::permissions(closed, perms::owner_read | perms::owner_write);
  std::filesystem::permissions(open, perms::owner_read | perms::others_read);
  EXPECT_EQ(keychain().exposed_files(), std::vector<std::string>{open.string()});
}

TEST_F(UserKeychainTest, GivesTheRegistryTokenToTheHostPushedToAndToNoOther) {
  write(".docker/config.json",
        R"({"auths": {"ghcr.io": {"auth": "dTpw"}, "quay.io": {"auth": "dTpw"}}})");
  set("REGISTRY_TOKEN", "tok");
  const auto keys = keychain({"ghcr.io"});
  EXPECT_EQ(login(keys, "ghcr.io"), "token:tok");
  EXPECT_EQ(login(keys, "quay.io"), "u:p");
  EXPECT_EQ(login(keys, "docker.io"), "nobody");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "u:p");
}

TEST_F(UserKeychainTest, FindsTheUserOfTheRegistryToken) {
  set("REGISTRY_TOKEN", "tok");
  EXPECT_EQ(login(keychain({"1.dkr.ecr.eu.amazonaws.com"}), "1.dkr.ecr.eu.amazonaws.com"),
            "AWS:tok");
  set("GITHUB_ACTOR", "octocat");
  EXPECT_EQ(login(keychain({"ghcr.io"}), "ghcr.io"), "octocat:tok");
  set("REGISTRY_USER", "me");
  EXPECT_EQ(login(keychain({"ghcr.io"}), "ghcr.io"), "me:tok");
}

TEST_F(UserKeychainTest, RefusesTheRegistryTokenForTwoHostsAndWithoutAUserForDockerHub) {
  set("REGISTRY_TOKEN", "tok");
  try {
    keychain({"ghcr.io", "quay.io"});
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("ghcr.io and quay.io"));
    EXPECT_THAT(error.what(), Not(HasSubstr("tok ")));
  }
  EXPECT_THROW(keychain({"docker.io"}), oci::Error);
}

TEST_F(UserKeychainTest, KnowsWhatCiSystemsProvideForTheirOwnRegistry) {
  set("GITHUB_TOKEN", "gh");
  set("GITHUB_ACTOR", "octocat");
  set("CI_REGISTRY", "registry.gitlab.example:5050");
  set("CI_JOB_TOKEN", "job");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "octocat:gh");
  EXPECT_EQ(login(keychain(), "registry.gitlab.example:5050"), "gitlab-ci-token:job");
  set("CI_REGISTRY_USER", "robot");
  set("CI_REGISTRY_PASSWORD", "pw");
  EXPECT_EQ(login(keychain(), "registry.gitlab.example:5050"), "robot:pw");
  write(".docker/config.json", file("ghcr.io"));
  EXPECT_EQ(login(keychain(), "ghcr.io"), "u:p");
}

TEST_F(UserKeychainTest, TellsABrokenFile) {
  write(".docker/config.json", "{\"auths\": ");
  EXPECT_THROW(keychain(), oci::Error);
}

/// A helper in a folder of its own at the front of PATH.
class HelperTest : public UserKeychainTest {
 protected:
  void SetUp() override {
    old_path_ = std::getenv("PATH");
    ::setenv("PATH", (folder_.path().string() + ":" + old_path_).c_str(), 1);
  }
  void TearDown() override { ::setenv("PATH", old_path_.c_str(), 1); }

  void install(const std::string& script) {
    write("docker-credential-fake", "#!/bin/sh\nread server\n" + script);
    std::filesystem::permissions(folder_ / "docker-credential-fake",
                                 std::filesystem::perms::owner_all);
  }

  std::string old_path_;
};

TEST_F(HelperTest, IsAskedForTheHostsItIsNamedFor) {
  install("echo \"{\\\"Username\\\":\\\"$server\\\",\\\"Secret\\\":\\\"s\\\"}\"\n");
  write(".docker/config.json",
        R"({"credHelpers": {"ghcr.io": "fake"}, "auths": {"quay.io": {"auth": "dTpw"}}})");
  EXPECT_EQ(login(keychain(), "ghcr.io"), "ghcr.io:s");
  EXPECT_EQ(login(keychain(), "quay.io"), "u:p");
  EXPECT_EQ(CredentialHelper("fake").get("docker.io")->username, "https://index.docker.io/v1/");
}

TEST_F(HelperTest, MayGiveAnIdentityToken) {
  install("echo '{\"Username\":\"<token>\",\"Secret\":\"idt\"}'\n");
  const auto credential = CredentialHelper("fake").get("ghcr.io");
  EXPECT_EQ(credential->identity_token.reveal(), "idt");
  EXPECT_TRUE(credential->password.empty());
}

TEST_F(HelperTest, MayKnowNobody) {
  install("echo 'credentials not found in native keychain'; exit 1\n");
  EXPECT_FALSE(CredentialHelper("fake").get("ghcr.io"));
}

TEST_F(HelperTest, ThatFailsIsNotTakenForNobody) {
  install("echo 'the keyring is locked'; exit 1\n");
  try {
    CredentialHelper("fake").get("ghcr.io");
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the keyring is locked"));
  }
  EXPECT_THROW(CredentialHelper("absent").get("ghcr.io"), oci::Error);
}

TEST(CredentialHelper, HasANameThatIsNoPath) {
  for (const char* name : {"", "../sh", "a b", "x;y", "$HOME"}) {
    EXPECT_THROW(CredentialHelper{name}, oci::Error) << name;
  }
}

}  // namespace
}  // namespace bale::registry
