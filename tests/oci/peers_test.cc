// SPDX-License-Identifier: Apache-2.0
// What bale writes, the tools of the field read, and the other way round.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/docker_archive_writer.h"
#include "oci/document.h"
#include "oci/image.h"
#include "oci/image_layout.h"
#include "oci/layout_index.h"
#include "oci/new_file.h"
#include "oci/oci_archive.h"
#include "oci/store.h"
#include "oci/validate.h"
#include "tests/support/peer_tool.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using test::PeerRun;
using test::run_peer;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kName = "ghcr.io/team/app:v1";

class Peers : public testing::Test {
 protected:
  std::string path(const char* name) const { return (scratch_ / name).string(); }

  /// A store with an index of two platforms under kName.
  Descriptor make_store() {
    Store store(scratch_ / "store");
    const auto root = test::add_index(store.blobs(), {"linux/amd64", "linux/arm64"});
    store.tag(Reference::parse(kName), root);
    return root;
  }

  /// Podman with storage of its own.
  std::string podman() const {
    return "podman --storage-driver vfs --root " + path("root") + " --runroot " + path("run");
  }

  ScratchFolder scratch_;
};

#define EXPECT_RUNS(command)                                     \
  do {                                                           \
    const PeerRun ran = run_peer(command);                       \
    EXPECT_EQ(ran.status, 0) << (command) << "\n" << ran.output; \
  } while (false)

TEST_F(Peers, SkopeoCopiesFromTheStoreAndChangesNothing) {
  BALE_NEEDS_PEER("skopeo");
  const auto root = make_store();
  EXPECT_RUNS("skopeo copy --all --preserve-digests oci:" + path("store") + ":" + kName +
              " oci:" + path("out:v1"));
  EXPECT_THAT(validate_layout(scratch_ / "out"), IsEmpty());
  EXPECT_EQ(ImageLayout::open(scratch_ / "out").resolve("v1").digest, root.digest);
}

TEST_F(Peers, UmociUnpacksWhatALayoutHolds) {
  BALE_NEEDS_PEER("umoci");
  {
    ImageLayout layout = ImageLayout::create(scratch_ / "image");
    layout.set_tag("v1", test::add_image(layout, "linux/amd64"));
  }
  EXPECT_RUNS("umoci unpack --rootless --image " + path("image:v1") + " " + path("bundle"));
  EXPECT_EQ(read_file(scratch_ / "bundle/rootfs/file0", 100), "base");
}

TEST_F(Peers, ATagThatUmociSetsIsRead) {
  BALE_NEEDS_PEER("umoci");
  ImageLayout layout = ImageLayout::create(scratch_ / "image");
  layout.set_tag("v1", test::add_image(layout, "linux/amd64"));
  EXPECT_RUNS("umoci tag --image " + path("image:v1") + " v2");
  EXPECT_EQ(layout.find("v2")->digest, layout.find("v1")->digest);
  layout.set_tag("v3", *layout.find("v2"));
  EXPECT_EQ(layout.index().manifests.size(), 3U);
}

TEST_F(Peers, PodmanPullsFromTheStore) {
  BALE_NEEDS_PEER("podman");
  make_store();
  // From inside the folder: podman makes a name of the path, in which it takes no upper case.
  const std::string pull = podman() + " pull -q --arch arm64 oci:store:" + kName;
  EXPECT_RUNS("cd " + scratch_.path().string() + " && " + pull);
  const PeerRun image = run_peer(podman() + " image inspect localhost/store");
  EXPECT_THAT(image.output, HasSubstr("\"Architecture\": \"arm64\""));
  run_peer(podman() + " rmi --all --force");
}

TEST_F(Peers, SkopeoReadsOurArchive) {
  BALE_NEEDS_PEER("skopeo");
  MemoryStore store;
  const auto root = test::add_index(store, {"linux/amd64", "linux/arm64"});
  NewFile file(scratch_ / "image.tar");
  Index index;
  set_entry(index, "v1", root);
  write_oci_archive({{store, index.manifests}}, to_json(index), file);
  file.finish();
  EXPECT_RUNS("skopeo copy --all oci-archive:" + path("image.tar:v1") + " oci:" + path("out:v1"));
  EXPECT_THAT(validate_layout(scratch_ / "out"), IsEmpty());
}

TEST_F(Peers, WeReadSkopeosArchive) {
  BALE_NEEDS_PEER("skopeo");
  const auto root = make_store();
  EXPECT_RUNS("skopeo copy --all --preserve-digests oci:" + path("store") + ":" + kName +
              " oci-archive:" + path("image.tar:v1"));
  const OciArchive archive = OciArchive::open(scratch_ / "image.tar");
  EXPECT_EQ(archive.resolve("v1").digest, root.digest);
  EXPECT_THAT(validate_image(archive, archive.resolve("v1")), IsEmpty());
}

TEST_F(Peers, PodmanLoadsOurDockerArchive) {
  BALE_NEEDS_PEER("podman");
  BALE_NEEDS_PEER("skopeo");
  make_store();
  // Compressed layers, which the archive must hold unpacked.
  EXPECT_RUNS("skopeo copy --all oci:" + path("store") + ":" + kName + " oci:" + path("gzip:v1"));
  const ImageLayout layout = ImageLayout::open(scratch_ / "gzip");
  const auto image = select_image(layout, layout.resolve("v1"), Platform::parse("linux/arm64"));
  NewFile file(scratch_ / "image.tar");
  write_docker_archive(layout, {{{kName}, image}}, file);
  file.finish();
  EXPECT_RUNS(podman() + " load -i " + path("image.tar"));
  const PeerRun loaded = run_peer(podman() + " image inspect " + kName);
  EXPECT_THAT(loaded.output, HasSubstr("\"Architecture\": \"arm64\""));
  run_peer(podman() + " rmi --all --force");
}

TEST_F(Peers, WeReadSkopeosDockerArchive) {
  BALE_NEEDS_PEER("skopeo");
  make_store();
  EXPECT_RUNS("skopeo --override-arch arm64 copy oci:" + path("store") + ":" + kName +
              " docker-archive:" + path("image.tar:app:v1"));
  const DockerArchive archive = DockerArchive::open(scratch_ / "image.tar");
  const auto& image = archive.resolve(Reference::parse("app:v1"));
  EXPECT_EQ(image.manifest.platform->architecture, "arm64");
  EXPECT_THAT(validate_image(archive, image.manifest), IsEmpty());
}

}  // namespace
}  // namespace bale::oci
