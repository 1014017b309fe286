// SPDX-License-Identifier: Apache-2.0
#include "server/served_name.h"

#include <gtest/gtest.h>

namespace bale::server {
namespace {

std::optional<int> served(const char* stored, const char* repository) {
  return precedence(oci::Reference::parse(stored), repository);
}

TEST(ServedName, APathWithAHostIsTheName) {
  EXPECT_EQ(stored_name_of("ghcr.io/team/app").name(), "ghcr.io/team/app");
  EXPECT_EQ(stored_name_of("localhost/app").name(), "localhost/app");
  EXPECT_EQ(served("ghcr.io/team/app:v1", "ghcr.io/team/app"), 0);
  EXPECT_EQ(served("ghcr.io/team/app:v1", "team/app"), std::nullopt);
}

TEST(ServedName, APathWithoutAHostIsLocal) {
  EXPECT_EQ(stored_name_of("app").name(), "localhost/app");
  EXPECT_EQ(stored_name_of("team/app").name(), "localhost/team/app");
  EXPECT_EQ(served("localhost/app:v1", "app"), 0);
  EXPECT_EQ(served("localhost/app:v1", "localhost/app"), 0);
}

TEST(ServedName, ANameWithAPortIsServedWithoutIt) {
  EXPECT_EQ(served("127.0.0.1:5000/team/app:v1", "team/app"), 1);
  EXPECT_EQ(served("registry.lan:5000/team/app:v1", "team/app"), 1);
  EXPECT_EQ(served("127.0.0.1:5000/team/app:v1", "app"), std::nullopt);
}

TEST(ServedName, NamesOfDockerHubNeedNoHost) {
  for (const char* path : {"docker.io/library/debian", "docker.io/debian"}) {
    EXPECT_EQ(served("docker.io/library/debian:12", path), 0) << path;
  }
  for (const char* path : {"library/debian", "debian"}) {
    EXPECT_EQ(served("docker.io/library/debian:12", path), 2) << path;
  }
  EXPECT_EQ(served("docker.io/team/app:v1", "team/app"), 2);
  EXPECT_EQ(served("docker.io/team/app:v1", "app"), std::nullopt);
}

TEST(ServedName, EveryNameIsServedUnderTheOneItIsListedBy) {
  for (const char* name : {"ghcr.io/team/app", "localhost/app", "127.0.0.1:5000/app",
                           "docker.io/library/debian", "localhost/ghcr.io/app"}) {
    const auto stored = oci::Reference::parse(name);
    EXPECT_TRUE(precedence(stored, repository_of(stored))) << name;
  }
}

}  // namespace
}  // namespace bale::server
