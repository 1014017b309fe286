// SPDX-License-Identifier: Apache-2.0
// `bale manifest` beside podman, skopeo and umoci: each reads what the other made, with
// docker-registry, a layout or an archive in between.
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/image_layout.h"
#include "oci/validate.h"
#include "tests/support/docker_registry.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ManifestPeers : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    BALE_NEEDS_PEER("skopeo");
    auto layout = oci::ImageLayout::create(scratch_ / "images");
    for (const std::string arch : {"amd64", "arm64", "s390x"}) {
      layout.set_tag(arch, test::add_image(layout, "linux/" + arch));
    }
  }

  std::string image(const std::string& arch) const { return "oci:" + path("images") + ":" + arch; }

  /// What a command prints; fails the test where it does not succeed.
  static std::string done(const std::string& command) {
    const auto run = test::run_peer(command);
    EXPECT_EQ(run.status, 0) << command << "\n" << run.output;
    return run.output;
  }
  std::string made(const std::string& arguments) const { return done(program() + arguments); }
  std::string program() const { return BALE_PROGRAM " -q --store " + store().string() + " "; }

  /// The architectures that an index names, in its order.
  static std::vector<std::string> architectures(const std::string& text) {
    std::vector<std::string> found;
    const json index = json::parse(text, nullptr, false);
    if (!index.is_object()) return {text};
    for (const auto& entry : index["manifests"]) found.push_back(entry["platform"]["architecture"]);
    return found;
  }
};

/// With a registry between us, and a podman that has storage of its own.
class RegistryPeers : public ManifestPeers {
 protected:
  void SetUp() override {
    ManifestPeers::SetUp();
    if (IsSkipped()) return;
    BALE_NEEDS_PEER("docker-registry");
    BALE_NEEDS_PEER("podman");
    registry_ = std::make_unique<test::DockerRegistry>();
    test::write_text(scratch_ / "registries.conf",
                     "[[registry]]\nlocation = \"" + registry_->host() + "\"\ninsecure = true\n");
    for (const std::string arch : {"amd64", "arm64", "s390x"}) {
      made("copy " + image(arch) + " " + remote(arch));
    }
  }

  std::string name(const std::string& tag) const { return registry_->host() + "/team/app:" + tag; }
  std::string remote(const std::string& tag) const { return "docker://" + name(tag); }
  std::string podman() const {
    return "CONTAINERS_REGISTRIES_CONF=" + path("registries.conf") +
           " podman --storage-driver vfs --root " + path("root") + " --runroot " + path("run") +
           " --log-level error ";
  }
  std::string skopeo_raw(const std::string& tag) const {
    return done("skopeo inspect --raw --tls-verify=false " + remote(tag));
  }

  std::unique_ptr<test::DockerRegistry> registry_;
};

TEST_F(RegistryPeers, PodmanAndSkopeoReadEveryStepOfOurs) {
  const auto podman_sees = [this] {
    return architectures(done(podman() + "manifest inspect " + name("v1")));
  };
  made("manifest create " + remote("v1") + " -t " + remote("latest") + " " + remote("amd64"));
  EXPECT_THAT(podman_sees(), ElementsAre("amd64"));
  made("manifest add " + remote("v1") + " " + remote("s390x") + " " + remote("arm64"));
  EXPECT_THAT(podman_sees(), ElementsAre("amd64", "arm64", "s390x"));
  made("manifest annotate " + remote("v1") + " --annotation team=core --variant v9 " +
       remote("arm64"));
  const auto entry = json::parse(skopeo_raw("v1"))["manifests"][1];
  EXPECT_EQ(entry["annotations"]["team"], "core");
  EXPECT_EQ(entry["platform"]["variant"], "v9");
  made("manifest remove " + remote("v1") + " " + remote("s390x"));
  EXPECT_THAT(podman_sees(), ElementsAre("amd64", "arm64"));
  EXPECT_THAT(architectures(skopeo_raw("latest")), ElementsAre("amd64"));
  made("validate " + remote("v1"));
}

TEST_F(RegistryPeers, PodmanPullsAPlatformOfOurIndex) {
  made("manifest create app:v1 " + image("amd64") + " " + image("arm64"));
  made("manifest push app:v1 " + remote("pushed"));
  done(podman() + "pull -q --arch arm64 " + name("pushed"));
  EXPECT_EQ(done(podman() + "image inspect --format '{{.Architecture}}' " + name("pushed")),
            "arm64\n");
}

TEST_F(RegistryPeers, WeReadAndChangeWhatPodmanMade) {
  done(podman() + "manifest create list");
  done(podman() + "manifest add list " + remote("amd64"));
  done(podman() + "manifest add --annotation by=podman list " + remote("arm64"));
  done(podman() + "manifest push --all list " + remote("theirs"));
  EXPECT_THAT(architectures(made("manifest inspect " + remote("theirs"))),
              ElementsAre("amd64", "arm64"));
  made("manifest exists " + remote("theirs"));
  made("validate " + remote("theirs"));
  made("manifest add " + remote("theirs") + " " + remote("s390x"));
  EXPECT_THAT(architectures(done(podman() + "manifest inspect " + name("theirs"))),
              ElementsAre("amd64", "arm64", "s390x"));
  EXPECT_EQ(json::parse(skopeo_raw("theirs"))["manifests"][1]["annotations"]["by"], "podman");
  EXPECT_EQ(bale("manifest rm " + remote("theirs")).status, 0);
  EXPECT_NE(test::run_peer(podman() + "manifest inspect " + name("theirs")).status, 0);
}

TEST_F(RegistryPeers, TheSameListIsTheSameForPodmanAndUs) {
  done(podman() + "manifest create list");
  for (const std::string arch : {"amd64", "arm64"}) {
    done(podman() + "manifest add list " + remote(arch));
  }
  done(podman() + "manifest push --all list " + remote("theirs"));
  made("manifest create " + remote("ours") + " " + remote("amd64") + " " + remote("arm64"));
  EXPECT_EQ(json::parse(skopeo_raw("ours"))["manifests"],
            json::parse(skopeo_raw("theirs"))["manifests"]);
}

TEST_F(ManifestPeers, UmociAndSkopeoReadAnIndexInTheirLayout) {
  BALE_NEEDS_PEER("umoci");
  const std::string layout = path("umoci");
  done("umoci init --layout " + layout);
  for (const std::string arch : {"amd64", "arm64"}) {
    done("umoci new --image " + layout + ":" + arch);
    done("umoci config --image " + layout + ":" + arch + " --os linux --architecture " + arch);
  }
  made("manifest create oci:" + layout + ":joined oci:" + layout + ":arm64 oci:" + layout +
       ":amd64");
  EXPECT_THAT(done("umoci list --layout " + layout), HasSubstr("joined"));
  EXPECT_THAT(architectures(done("skopeo inspect --raw oci:" + layout + ":joined")),
              ElementsAre("amd64", "arm64"));
  done("umoci gc --layout " + layout);
  EXPECT_THAT(oci::validate_layout(layout), IsEmpty());
  made("manifest rm oci:" + layout + ":joined");
  EXPECT_THAT(done("umoci list --layout " + layout), testing::Not(HasSubstr("joined")));
}

TEST_F(ManifestPeers, WeReadAnIndexThatSkopeoCopied) {
  made("manifest create oci:" + path("made") + ":v1 " + image("amd64") + " " + image("arm64"));
  done("skopeo copy --all --preserve-digests oci:" + path("made") +
       ":v1 oci-archive:" + path("made.tar") + ":v1");
  const std::string digest = made("digest oci:" + path("made") + ":v1");
  EXPECT_EQ(made("digest oci-archive:" + path("made.tar") + ":v1"), digest);
  made("manifest create app:v1 oci-archive:" + path("made.tar") + ":v1 " + image("s390x"));
  EXPECT_THAT(architectures(made("manifest inspect app:v1")),
              ElementsAre("amd64", "arm64", "s390x"));
}

TEST_F(ManifestPeers, SkopeoAndUmociReadAnIndexInOurArchive) {
  BALE_NEEDS_PEER("umoci");
  const std::string archive = "oci-archive:" + path("ours.tar") + ":v1";
  made("manifest create " + archive + " " + image("arm64"));
  made("manifest add " + archive + " " + image("amd64"));
  EXPECT_THAT(architectures(done("skopeo inspect --raw " + archive)),
              ElementsAre("amd64", "arm64"));
  done("skopeo copy --all --preserve-digests " + archive + " oci:" + path("theirs") + ":v1");
  EXPECT_EQ(made("digest oci:" + path("theirs") + ":v1"), made("digest " + archive));
  done("mkdir " + path("unpacked") + " && tar -xf " + path("ours.tar") + " -C " + path("unpacked"));
  EXPECT_THAT(done("umoci list --layout " + path("unpacked")), HasSubstr("v1"));
  EXPECT_THAT(oci::validate_layout(path("unpacked")), IsEmpty());
}

TEST_F(ManifestPeers, SixteenProcessesTagOneLayoutAtOnce) {
  BALE_NEEDS_PEER("umoci");
  const std::string layout = path("shared");
  std::vector<std::thread> jobs;
  for (int i = 0; i < 16; ++i) {
    jobs.emplace_back([this, i, layout] {
      made("copy " + image(i % 2 == 0 ? "amd64" : "arm64") + " oci:" + layout + ":t" +
           std::to_string(i));
    });
  }
  for (auto& job : jobs) job.join();
  const std::string tags = done("umoci list --layout " + layout);
  for (int i = 0; i < 16; ++i) EXPECT_THAT(tags, HasSubstr("t" + std::to_string(i) + "\n"));
  EXPECT_EQ(oci::ImageLayout::open(layout).index().manifests.size(), 16U);
  EXPECT_THAT(oci::validate_layout(layout), IsEmpty());
}

TEST_F(RegistryPeers, PodmanAndSkopeoReadAnArchiveOfSeveralOfOurImages) {
  made("copy " + remote("amd64") + " " + remote("arm64") + " docker-archive:" + path("ours.tar"));
  done(podman() + "load -q -i " + path("ours.tar"));
  for (const std::string arch : {"amd64", "arm64"}) {
    EXPECT_EQ(done(podman() + "image inspect --format '{{.Architecture}}' " + name(arch)),
              arch + "\n");
    done("skopeo copy -q docker-archive:" + path("ours.tar") + ":" + name(arch) +
         " oci:" + path("theirs") + ":" + arch);
  }
  EXPECT_THAT(oci::validate_layout(scratch_ / "theirs"), IsEmpty());
}

TEST_F(RegistryPeers, ManyWhoAddToOneIndexAtOnceLoseNothing) {
  const std::vector<std::string> variants = {"v1", "v2", "v3", "v4", "v5", "v6"};
  made("manifest create " + remote("shared") + " " + remote("amd64"));
  std::vector<std::thread> jobs;
  for (const auto& variant : variants) {
    jobs.emplace_back([this, variant] {
      made("manifest add --arch arm --variant " + variant + " " + remote("shared") + " " +
           remote("arm64"));
    });
  }
  for (auto& job : jobs) job.join();
  const json index = json::parse(skopeo_raw("shared"));
  std::vector<std::string> found;
  for (const auto& entry : index["manifests"]) {
    found.push_back(entry["platform"].value("variant", ""));
  }
  EXPECT_THAT(found, testing::UnorderedElementsAre("", "v1", "v2", "v3", "v4", "v5", "v6"));
}

/// An archive of two images, as podman saves them.
class ArchivePeers : public RegistryPeers {
 protected:
  void SetUp() override {
    RegistryPeers::SetUp();
    if (IsSkipped()) return;
    for (const std::string arch : {"amd64", "arm64"}) {
      done(podman() + "pull -q --arch " + arch + " " + name(arch));
    }
    done(podman() + "save -q -m -o " + path("two.tar") + " " + name("amd64") + " " + name("arm64"));
  }
};

TEST_F(ArchivePeers, WeReadSeveralImagesThatPodmanSavedHoweverTheyArePacked) {
  BALE_NEEDS_PEER("zstd");
  done("gzip -k " + path("two.tar") + " && zstd -q " + path("two.tar"));
  for (const std::string packed : {"", ".gz", ".zst"}) {
    for (const std::string arch : {"amd64", "arm64"}) {
      const std::string source = "docker-archive:" + path("two.tar") + packed + ":" + name(arch);
      made("validate " + source);
      EXPECT_EQ(json::parse(made("inspect --config " + source))["architecture"], arch);
    }
    EXPECT_EQ(bale("inspect docker-archive:" + path("two.tar") + packed).status, 2);
    EXPECT_EQ(bale("inspect docker-archive:" + path("two.tar") + packed + ":other").status, 5);
  }
  const std::string both = "docker-archive:" + path("two.tar") + ":";
  made("manifest create app:v1 " + both + name("amd64") + " " + both + name("arm64"));
  EXPECT_THAT(architectures(made("manifest inspect app:v1")), ElementsAre("amd64", "arm64"));
}

}  // namespace
}  // namespace bale
