// SPDX-License-Identifier: Apache-2.0
#include "registry/auth_file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "oci/base64.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "tests/support/scratch_folder.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string entry(const std::string& key, const std::string& login) {
  return "\"" + key + "\": {\"auth\": \"" + oci::encode_base64(login) + "\"}";
}

AuthFile file_of(const std::string& entries) {
  return AuthFile::parse("{\"auths\": {" + entries + "}}", "auth.json");
}

std::string user_of(const AuthFile& file, const char* host, const char* repository) {
  const auto found = file.find(host, repository);
  return found ? found->username + ":" + found->password.reveal() : "nobody";
}

TEST(AuthFile, PrefersTheNearestNamespace) {
  const AuthFile file = file_of(entry("ghcr.io", "host:1") + "," + entry("ghcr.io/team", "team:2") +
                                "," + entry("ghcr.io/team/app", "app:3"));
  EXPECT_EQ(user_of(file, "ghcr.io", "team/app"), "app:3");
  EXPECT_EQ(user_of(file, "ghcr.io", "team/other"), "team:2");
  EXPECT_EQ(user_of(file, "ghcr.io", "teamster/app"), "host:1");
  EXPECT_EQ(user_of(file, "quay.io", "team/app"), "nobody");
  EXPECT_EQ(file.matching_key("ghcr.io", "team/other"), "ghcr.io/team");
}

TEST(AuthFile, KnowsTheOldSpellingsOfHosts) {
  for (const char* key : {"https://index.docker.io/v1/", "docker.io", "registry-1.docker.io",
                          "index.docker.io/", "http://docker.io/v2"}) {
    EXPECT_EQ(user_of(file_of(entry(key, "me:pw")), "docker.io", "library/debian"), "me:pw") << key;
  }
}

TEST(AuthFile, IsExposedWhereOthersCanReadItsCredentials) {
  const test::ScratchFolder folder;
  const auto exposed = [&](const std::string& text, mode_t mode) {
    const auto path = folder / "auth.json";
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return AuthFile::load(path)->is_exposed();
  };
  const std::string login = "{\"auths\": {" + entry("ghcr.io", "me:pw") + "}}";
  EXPECT_TRUE(exposed(login, 0644));
  EXPECT_TRUE(exposed(login, 0640));
  EXPECT_FALSE(exposed(login, 0600));
  EXPECT_FALSE(exposed(R"({"auths": {"ghcr.io": {}}, "credsStore": "pass"})", 0644));
}

TEST(AuthFile, ReadsEveryWayToWriteACredential) {
  const AuthFile file = AuthFile::parse(R"({"auths": {
    "a.example": {"username": "u", "password": "p"},
    "b.example": {"auth": "dTpw", "identitytoken": "idt"},
    "c.example": {"registrytoken": "rt"},
    "nul.example": {"auth": "dTpwAAA="},
    "marker.example": {},
    "broken.example": {"auth": "no base64!"},
    "colon.example": {"auth": "dXA="}
  }})",
                                        "auth.json");
  EXPECT_EQ(user_of(file, "a.example", "x"), "u:p");
  EXPECT_EQ(file.find("b.example", "x")->identity_token.reveal(), "idt");
  EXPECT_EQ(file.find("c.example", "x")->registry_token.reveal(), "rt");
  EXPECT_EQ(user_of(file, "nul.example", "x"), "u:p");
  for (const char* host : {"marker.example", "broken.example", "colon.example"}) {
    EXPECT_FALSE(file.find(host, "x")) << host;
  }
}

TEST(AuthFile, ReadsTheOldestForm) {
  const AuthFile file = AuthFile::parse("{" + entry("https://quay.io/v1/", "me:pw") + "}", "x");
  EXPECT_EQ(user_of(file, "quay.io", "a"), "me:pw");
}

TEST(AuthFile, NamesTheHelperOfAHost) {
  const AuthFile file = AuthFile::parse(R"({"credsStore": "desktop", "credHelpers": {
    "ghcr.io": "gh", "*.dkr.ecr.*.amazonaws.com": "ecr-login"}})",
                                        "config.json");
  EXPECT_EQ(file.helper_for("ghcr.io"), "gh");
  EXPECT_EQ(file.helper_for("123.dkr.ecr.eu-west-1.amazonaws.com"), "ecr-login");
  EXPECT_EQ(file.helper_for("quay.io"), "desktop");
  EXPECT_EQ(file_of("").helper_for("quay.io"), "");
}

TEST(AuthFile, DoesNotRepeatItsContentWhenItIsBroken) {
  try {
    AuthFile::parse(R"({"auths": {"a.example": {"auth": "c2VjcmV0"}} oops)", "auth.json");
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kInvalid);
    EXPECT_THAT(error.what(), HasSubstr("auth.json"));
    EXPECT_THAT(error.what(), Not(HasSubstr("c2Vj")));
  }
}

class WrittenAuthFile : public ::testing::Test {
 protected:
  std::string text() const { return oci::read_file(path_, 1 << 20); }

  test::ScratchFolder folder_;
  std::filesystem::path path_ = folder_ / "containers/auth.json";
  const Credential alice_{.username = "alice", .password = Secret("pw")};
};

TEST_F(WrittenAuthFile, IsMadeForItsOwnerAlone) {
  write_credential(path_, "ghcr.io", alice_);
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(path_.parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  EXPECT_EQ(user_of(*AuthFile::load(path_), "ghcr.io", "a"), "alice:pw");
}

TEST_F(WrittenAuthFile, KeepsWhatItDoesNotKnow) {
  std::filesystem::create_directory(path_.parent_path());
  std::ofstream(path_)
      << R"({"HttpHeaders": {"X": "y"}, "auths": {"quay.io": {"auth": "dTpw", "email": "e"}}})";
  write_credential(path_, "ghcr.io", alice_);
  EXPECT_THAT(text(), HasSubstr("HttpHeaders"));
  EXPECT_THAT(text(), HasSubstr("email"));
  EXPECT_TRUE(erase_credential(path_, "ghcr.io"));
  EXPECT_FALSE(erase_credential(path_, "ghcr.io"));
  EXPECT_THAT(text(), HasSubstr("quay.io"));
  EXPECT_THAT(text(), Not(HasSubstr("ghcr.io")));
}

TEST_F(WrittenAuthFile, UsesDockersNameForDockerHub) {
  write_credential(path_, "docker.io", alice_);
  EXPECT_THAT(text(), HasSubstr("https://index.docker.io/v1/"));
}

TEST_F(WrittenAuthFile, LeavesALinkALink) {
  std::filesystem::create_directory(folder_ / "real");
  std::filesystem::create_directory(path_.parent_path());
  std::ofstream(folder_ / "real/auth.json") << "{}";
  std::filesystem::create_symlink(folder_ / "real/auth.json", path_);
  write_credential(path_, "ghcr.io", alice_);
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  EXPECT_TRUE(AuthFile::load(folder_ / "real/auth.json")->find("ghcr.io", "a"));
}

TEST(Wildcard, StandsForAnything) {
  EXPECT_TRUE(matches_wildcard("*", ""));
  EXPECT_TRUE(matches_wildcard("a*c*", "abbbc"));
  EXPECT_FALSE(matches_wildcard("*.example", "example"));
  EXPECT_FALSE(matches_wildcard("", "a"));
}

}  // namespace
}  // namespace bale::registry
