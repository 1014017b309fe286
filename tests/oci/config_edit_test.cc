// SPDX-License-Identifier: Apache-2.0
#include "oci/config_edit.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

TEST(EditedConfig, SetsAndUnsetsAndKeepsWhatItDoesNotKnow) {
  ConfigEdit edit;
  edit.env = {"A=2", "C=3"};
  edit.labels = {{"new", "1"}};
  edit.entrypoint = std::vector<std::string>{"/app", "--x"};
  edit.cmd = std::vector<std::string>{};
  edit.user = "7";
  edit.exposed_ports = {"80/tcp"};
  edit.unset_env = {"B"};
  edit.unset_labels = {"old"};
  EXPECT_EQ(
      edited_config(R"({"os":"linux","moby.x":[1],"config":{"Env":["A=1","B=1"],"Cmd":["sh"],)"
                    R"("Labels":{"old":"x"},"Odd":null}})",
                    edit),
      R"({"os":"linux","moby.x":[1],"config":{"Env":["A=2","C=3"],"Labels":{"new":"1"},)"
      R"("Odd":null,"ExposedPorts":{"80/tcp":{}},"Entrypoint":["/app","--x"],"User":"7"}})");
}

TEST(EditedConfig, LeavesEveryByteWhereNothingChanges) {
  const std::string text = "{ \"os\": \"linux\" , \"config\":{\"Env\":[\"A=1\"]}}";
  EXPECT_EQ(edited_config(text, {}), text);
  EXPECT_EQ(edited_config(text, {.env = {"A=1"}, .unset_labels = {"x"}}), text);
  EXPECT_EQ(edited_config("{\"os\": \"linux\"}", {}), "{\"os\": \"linux\"}");
}

TEST(EditedConfig, RefusesWhatIsNoConfig) {
  EXPECT_THROW(edited_config("[]", {}), Error);
  EXPECT_THROW(edited_config(R"({"config":{"Env":"A=1"}})", {.env = {"A=2"}}), Error);
}

TEST(EditedConfig, SetsChangesAndTakesAwayAHealthCheck) {
  const std::string plain = R"({"config":{"User":"7"}})";
  ConfigEdit edit;
  edit.healthcheck.test = std::vector<std::string>{"CMD-SHELL", "true"};
  edit.healthcheck.interval = 5;
  const std::string checked = edited_config(plain, edit);
  EXPECT_EQ(checked,
            R"({"config":{"User":"7","Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":5}}})");
  ConfigEdit change;
  change.healthcheck.retries = 3;
  EXPECT_EQ(edited_config(checked, change),
            R"({"config":{"User":"7","Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":5,)"
            R"("Retries":3}}})");
  EXPECT_THROW(edited_config(plain, change), Error);
  ConfigEdit unset;
  unset.healthcheck.unset = true;
  EXPECT_EQ(edited_config(checked, unset), plain);
}

TEST(EditedConfig, LetsNothingBeLaterThanItsTime) {
  ConfigEdit edit;
  edit.created = std::chrono::sys_seconds(std::chrono::seconds(1700000000));
  EXPECT_EQ(
      edited_config(
          R"({"created":"2024-05-01T00:00:00Z","history":[)"
          R"({"created":"2001-01-01T00:00:00Z"},{"created":"2024-01-01T02:00:00.5+01:00"},{}]})",
          edit),
      R"({"created":"2023-11-14T22:13:20Z","history":[{"created":"2001-01-01T00:00:00Z"},)"
      R"({"created":"2023-11-14T22:13:20Z"},{}]})");
}

TEST(EditedConfig, SetsThePlatform) {
  ConfigEdit edit;
  edit.platform = Platform::parse("linux/arm64");
  EXPECT_EQ(edited_config(R"({"os":"linux","architecture":"arm","variant":"v7"})", edit),
            R"({"os":"linux","architecture":"arm64"})");
}

}  // namespace
}  // namespace bale::oci
