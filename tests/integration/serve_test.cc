// SPDX-License-Identifier: Apache-2.0
// `bale serve` and the clients of the world.

#include <csignal>
#include <fstream>
#include <future>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/image_layout.h"
#include "oci/store.h"
#include "tests/support/certificates.h"
#include "tests/support/child_program.h"
#include "tests/support/docker_registry.h"
#include "tests/support/program_test.h"
#include "tests/support/random_bytes.h"
#include "tests/support/serve_process.h"
#include "tests/support/test_image.h"

namespace bale::test {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class ServeTest : public ProgramTest {
 protected:
  /// What a client is run with.
  std::filesystem::path client() const { return scratch_ / "client"; }
  PeerRun client_bale(const std::string& arguments) const { return bale_with(client(), arguments); }

  /// An index of two platforms in a layout; its digest.
  oci::Descriptor write_layout(const char* name, const std::string& salt = "") const {
    auto layout = oci::ImageLayout::create(scratch_ / name);
    const auto index = add_index(layout, {"linux/amd64", "linux/arm64"}, salt);
    layout.set_tag("v1", index);
    return index;
  }

  /// A layout of one image whose one layer has so many bytes.
  oci::Descriptor write_large_layout(const char* name, std::uint64_t size) const {
    auto layout = oci::ImageLayout::create(scratch_ / name);
    const auto writer = layout.create_blob();
    const std::string piece = random_bytes(16 * kMiB);
    oci::Hasher hasher;
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
      hasher.update(oci::as_bytes(piece));
      writer->write(oci::as_bytes(piece));
    }
    const oci::Digest digest = hasher.finish();
    writer->finish(digest);
    const auto config = add_blob(layout, "{}", oci::media_type::kOciConfig);
    const auto manifest = oci::make_document(oci::Manifest{
        .config = config,
        .layers = {{.media_type = oci::media_type::kOciLayer, .digest = digest, .size = size}}});
    oci::write_blob(layout, manifest.descriptor, manifest.bytes);
    layout.set_tag("v1", manifest.descriptor);
    return {.media_type = oci::media_type::kOciLayer, .digest = digest, .size = size};
  }

  static void expect_done(const PeerRun& run) { EXPECT_EQ(run.status, 0) << run.output; }
  static std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

TEST_F(ServeTest, PrintsItsAddressAndEndsCleanly) {
  for (const int signal : {SIGTERM, SIGINT}) {
    ServeProcess server(store());
    EXPECT_EQ(run_peer("curl -fsS http://" + server.host() + "/v2/").output, "{}");
    EXPECT_EQ(server.stop(signal), 0);
  }
}

TEST_F(ServeTest, OurPushPullAndCopy) {
  const auto index = write_layout("layout");
  const ServeProcess server(store());
  const std::string name = server.host() + "/team/app";
  expect_done(client_bale("copy oci:" + path("layout") + ":v1 docker://" + name + ":v1"));
  expect_done(client_bale("pull " + name + ":v1"));
  expect_done(client_bale("push " + name + ":v1 --to " + name + ":v2"));
  expect_done(client_bale("copy docker://" + name + ":v2 docker://" + server.host() + "/other:v3"));
  EXPECT_EQ(client_bale("digest docker://" + server.host() + "/other:v3").output,
            index.digest.to_string() + "\n");
  EXPECT_EQ(client_bale("tags " + name).output, "v1\nv2\n");
  expect_done(client_bale("delete docker://" + name + ":v1"));
  EXPECT_EQ(client_bale("tags " + name).output, "v2\n");
  EXPECT_NE(bale("images").output.find("localhost/team/app:v2"), std::string::npos);
  expect_done(bale("validate localhost/other:v3"));
}

TEST_F(ServeTest, AttachmentsAreListed) {
  write_layout("layout");
  const ServeProcess server(store());
  const std::string name = "docker://" + server.host() + "/team/app:v1";
  expect_done(client_bale("copy oci:" + path("layout") + ":v1 " + name));
  write_text(scratch_ / "sbom.json", "{}");
  expect_done(client_bale("attach " + name + " --artifact-type application/vnd.example.sbom " +
                          path("sbom.json")));
  EXPECT_NE(client_bale("referrers " + name).output.find("application/vnd.example.sbom"),
            std::string::npos);
}

TEST_F(ServeTest, Skopeo) {
  BALE_NEEDS_PEER("skopeo");
  const auto index = write_layout("layout");
  const ServeProcess server(store());
  const std::string name = "docker://" + server.host() + "/team/app";
  const std::string plain = " --preserve-digests --src-tls-verify=false --dest-tls-verify=false ";
  expect_done(
      run_peer("skopeo copy --all" + plain + "oci:" + path("layout") + ":v1 " + name + ":v1"));
  expect_done(run_peer("skopeo copy --all" + plain + name + ":v1 " + name + ":v2"));
  expect_done(run_peer("skopeo copy --all" + plain + name + ":v2 oci:" + path("back") + ":v1"));
  EXPECT_EQ(oci::ImageLayout::open(scratch_ / "back").resolve("v1").digest, index.digest);
  const auto tags = run_peer("skopeo list-tags --tls-verify=false " + name).output;
  EXPECT_NE(tags.find("\"v1\""), std::string::npos) << tags;
  EXPECT_NE(tags.find("\"v2\""), std::string::npos) << tags;
  expect_done(run_peer("skopeo delete --tls-verify=false " + name + ":v1"));
  EXPECT_NE(run_peer("skopeo inspect --tls-verify=false " + name + ":v1").status, 0);
}

TEST_F(ServeTest, Podman) {
  BALE_NEEDS_PEER("podman");
  write_layout("layout");
  const ServeProcess server(store());
  const std::string podman =
      "podman --root " + path("root") + " --runroot " + path("runroot") + " --storage-driver vfs ";
  const std::string name = server.host() + "/team/app";
  expect_done(client_bale("copy oci:" + path("layout") + ":v1 docker://" + name + ":v1"));
  expect_done(run_peer(podman + "pull -q --tls-verify=false " + name + ":v1"));
  expect_done(run_peer(podman + "tag " + name + ":v1 " + name + ":podman"));
  expect_done(run_peer(podman + "push -q --tls-verify=false " + name + ":podman"));
  expect_done(run_peer(podman + "rmi -f " + name + ":podman"));
  expect_done(run_peer(podman + "pull -q --tls-verify=false " + name + ":podman"));
  expect_done(bale("validate localhost/team/app:podman"));
  run_peer(podman + "system reset --force");
}

TEST_F(ServeTest, CurlPushesAndPulls) {
  BALE_NEEDS_PEER("curl");
  const ServeProcess server(store());
  const std::string content = random_bytes(5 * kMiB);
  write_text(scratch_ / "blob", content);
  const std::string url = "http://" + server.host() + "/v2/app/blobs/";
  const auto digest = oci::Digest::of(oci::as_bytes(content)).to_string();
  expect_done(run_peer("curl -fsS -H 'Content-Type: application/octet-stream' --data-binary @" +
                       path("blob") + " '" + url + "uploads/?digest=" + digest + "'"));
  expect_done(run_peer("curl -fsS -r 0-1048575 -o " + path("part") + " " + url + digest));
  expect_done(run_peer("curl -fsS -C - -o " + path("part") + " " + url + digest));
  EXPECT_TRUE(bytes_of(scratch_ / "part") == content);
}

TEST_F(ServeTest, ChunkedTransferEncoding) {
  BALE_NEEDS_PEER("curl");
  const ServeProcess server(store());
  const std::string content = random_bytes(kMiB);
  write_text(scratch_ / "blob", content);
  const std::string url = "http://" + server.host() + "/v2/app/blobs/";
  const auto digest = oci::Digest::of(oci::as_bytes(content)).to_string();
  expect_done(run_peer("curl -fsS -H 'Transfer-Encoding: chunked' -X POST -T - '" + url +
                       "uploads/?digest=" + digest + "' < " + path("blob")));
  expect_done(run_peer("curl -fsS -o " + path("back") + " " + url + digest));
  EXPECT_TRUE(bytes_of(scratch_ / "back") == content);
}

TEST_F(ServeTest, SameBytesAsFromDockerRegistry) {
  BALE_NEEDS_PEER("docker-registry");
  write_layout("layout");
  const ServeProcess server(store());
  const DockerRegistry other;
  expect_done(
      client_bale("copy oci:" + path("layout") + ":v1 docker://" + other.host() + "/app:v1"));
  expect_done(client_bale("copy docker://" + other.host() + "/app:v1 docker://" + server.host() +
                          "/app:v1"));
  for (const char* options : {"--raw", "--config --platform linux/arm64"}) {
    const auto ours =
        client_bale("inspect " + std::string(options) + " docker://" + server.host() + "/app:v1");
    const auto theirs =
        client_bale("inspect " + std::string(options) + " docker://" + other.host() + "/app:v1");
    EXPECT_EQ(ours.output, theirs.output);
    EXPECT_EQ(ours.status, theirs.status);
  }
}

TEST_F(ServeTest, TlsAndPasswords) {
  BALE_NEEDS_PEER("openssl");
  BALE_NEEDS_PEER("curl");
  BALE_NEEDS_PEER("skopeo");
  expect_done(
      run_peer("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
               " -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -days 2 -keyout " +
               path("tls.key") + " -out " + path("tls.crt")));
  // htpasswd -Bbn alice secret
  write_text(scratch_ / "htpasswd",
             "alice:$2y$05$UHUiiyXEEXC71/T3CtUb5OP67/kDYQJrv4/ti7X6QIbEwBAlH/PhK\n");
  write_layout("layout");
  const ServeProcess server(store(), {"--tls-cert", path("tls.crt"), "--tls-key", path("tls.key"),
                                      "--htpasswd", path("htpasswd")});
  const std::string curl = "curl -sS -o /dev/null -w '%{http_code}' --cacert " + path("tls.crt");
  const std::string base = " https://" + server.host() + "/v2/";
  EXPECT_EQ(run_peer(curl + base).output, "401");
  EXPECT_EQ(run_peer(curl + " -u alice:wrong" + base).output, "401");
  EXPECT_EQ(run_peer(curl + " -u alice:secret" + base).output, "200");
  expect_done(run_peer("skopeo copy --all --dest-tls-verify=false --dest-creds alice:secret oci:" +
                       path("layout") + ":v1 docker://" + server.host() + "/app:v1"));
  const std::string name = "docker://" + server.host() + "/app:v1";
  EXPECT_EQ(client_bale("--tls-verify=false digest " + name).status, 4);
  expect_done(run_peer("printf secret | " + std::string(BALE_PROGRAM) +
                       " --tls-verify=false login -u alice --password-stdin " + server.host()));
  expect_done(client_bale("--tls-verify=false pull " + name.substr(9)));
}

TEST_F(ServeTest, LargeBlobThroughTls) {
  BALE_NEEDS_PEER("openssl");
  expect_done(run_peer("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout " +
                       path("tls.key") + " -out " + path("tls.crt")));
  write_large_layout("layout", 64 * kMiB);
  const ServeProcess server(store(), {"--tls-cert", path("tls.crt"), "--tls-key", path("tls.key")});
  const std::string name = "docker://" + server.host() + "/app:v1";
  expect_done(client_bale("--tls-verify=false copy oci:" + path("layout") + ":v1 " + name));
  expect_done(client_bale("--tls-verify=false copy " + name + " oci:" + path("back") + ":v1"));
}

TEST_F(ServeTest, LayoutFolder) {
  const auto index = write_layout("layout");
  const ServeProcess server(store(), {"oci:" + path("layout")});
  const std::string name = server.host() + "/layout";
  EXPECT_EQ(client_bale("digest docker://" + name + ":v1").output, index.digest.to_string() + "\n");
  expect_done(client_bale("pull " + name + ":v1"));
  expect_done(client_bale("push " + name + ":v1 --to " + name + ":v2"));
  EXPECT_EQ(oci::ImageLayout::open(scratch_ / "layout").resolve("v2").digest, index.digest);
  EXPECT_NE(client_bale("push " + name + ":v1 --to " + server.host() + "/other:v1").status, 0);
}

/// A store whose image `team/app:v1` has left the layers of its base in docker-registry: nothing in
/// its build, nor a check of an entrypoint, had to read them.
class ServeRemoteLayers : public ServeTest {
 protected:
  void SetUp() override {
    ServeTest::SetUp();
    if (!have_peer("docker-registry")) GTEST_SKIP() << "docker-registry is not installed";
    origin_.emplace();
    write_layout("base");
    expect_done(client_bale("copy oci:" + path("base") + ":v1 docker://" + name("base")));
    expect_done(build("FROM " + name("base") + "\nENTRYPOINT []\n",
                      "--platform linux/amd64,linux/arm64 --push -t " + name("team/app:v1")));
    ASSERT_NE(bale("images").output.find("remote layers"), std::string::npos);
  }
  std::string name(const std::string& image) const { return origin_->host() + "/" + image; }
  /// Of the first layer that the store lacks.
  std::string remote_blob() const {
    return oci::Store(store()).origins().begin()->first.to_string();
  }

  std::optional<DockerRegistry> origin_;
};

TEST_F(ServeRemoteLayers, AreFetchedWhenTheyAreAskedFor) {
  BALE_NEEDS_PEER("skopeo");
  const ServeProcess server(store());
  const std::string image = "docker://" + server.host() + "/team/app:v1";
  expect_done(run_peer("skopeo copy -q --all --src-tls-verify=false " + image +
                       " oci:" + path("copied") + ":v1"));
  expect_done(bale("validate oci:" + path("copied")));
  EXPECT_EQ(bale("images").output.find("remote layers"), std::string::npos) << "complete now";
  expect_done(bale("validate oci:" + store().string()));
  origin_.reset();
  expect_done(client_bale("pull " + image.substr(std::string("docker://").size())));
}

TEST_F(ServeRemoteLayers, OfABuildWhileTheServerRunsAreServedToo) {
  const ServeProcess server(store());
  const std::string host = server.host();
  expect_done(client_bale("copy docker://" + host + "/team/app:v1 oci:" + path("copied") + ":v1"));
  auto layout = oci::ImageLayout::create(scratch_ / "base2");
  layout.set_tag("v1", add_index(layout, {"linux/amd64"}, "another"));
  expect_done(client_bale("copy oci:" + path("base2") + ":v1 docker://" + name("base:2")));
  expect_done(build("FROM " + name("base:2") + "\nENTRYPOINT []\n",
                    "--platform linux/amd64 --push -t " + name("team/app:v2")));
  EXPECT_NE(bale("images").output.find("remote layers"), std::string::npos);
  expect_done(client_bale("copy docker://" + host + "/team/app:v2 oci:" + path("copied") + ":v2"));
  expect_done(bale("validate oci:" + path("copied")));
}

TEST_F(ServeRemoteLayers, ThatCannotBeFetchedAreNotFoundWithTheReason) {
  BALE_NEEDS_PEER("curl");
  const std::string blob = "/v2/team/app/blobs/" + remote_blob();
  const ServeProcess offline(store(), {"--offline"});
  const std::string curl = "curl -sS -w '%{http_code}' http://";
  const auto answer = run_peer(curl + offline.host() + blob).output;
  EXPECT_NE(answer.find("BLOB_UNKNOWN"), std::string::npos) << answer;
  EXPECT_NE(answer.find("--offline is set"), std::string::npos) << answer;
  EXPECT_NE(answer.find("404"), std::string::npos) << answer;
  EXPECT_NE(client_bale("pull " + offline.host() + "/team/app:v1").status, 0);
  EXPECT_NE(bale("images").output.find("remote layers"), std::string::npos);
}

TEST_F(ServeRemoteLayers, CanBePushedByWhoHasThem) {
  expect_done(client_bale("pull " + name("team/app:v1")));
  const ServeProcess offline(store(), {"--offline"});
  expect_done(client_bale("push " + name("team/app:v1") + " --to " + offline.host() + "/other:v1"));
  EXPECT_EQ(bale("images").output.find("remote layers"), std::string::npos);
  expect_done(bale("validate oci:" + store().string()));
}

TEST_F(ServeTest, ReadOnly) {
  write_layout("layout");
  const ServeProcess server(store(), {"--read-only"});
  const auto run =
      client_bale("copy oci:" + path("layout") + ":v1 docker://" + server.host() + "/app:v1");
  EXPECT_EQ(run.status, 1) << run.output;
}

TEST_F(ServeTest, WrongOptions) {
  EXPECT_EQ(bale("serve --addr nowhere").status, 2);
  EXPECT_EQ(bale("serve --tls-cert x").status, 2);
  EXPECT_EQ(bale("serve docker://x/y").status, 2);
  EXPECT_EQ(bale("serve --addr 127.0.0.1:0 --name app").status, 2);
  EXPECT_EQ(bale("serve --addr 127.0.0.1:0 --htpasswd " + path("absent")).status, 5);
  write_text(scratch_ / "htpasswd", "alice:plain\n");
  const auto run = bale("serve --addr 127.0.0.1:0 --htpasswd " + path("htpasswd"));
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, testing::HasSubstr(path("htpasswd") + ": line 1: "));
}

TEST_F(ServeTest, SaysWhatIsWrongWithCertificateAndKey) {
  BALE_NEEDS_PEER("openssl");
  make_certificates(scratch_.path());
  expect_done(run_peer("openssl pkey -in " + path("server.key") + " -aes128 -passout pass:x -out " +
                       path("locked.key")));
  write_text(scratch_ / "none", "no PEM\n");
  const auto refused = [&](const std::string& certificate, const std::string& key,
                           const std::string& why) {
    const auto run = bale("serve --addr 127.0.0.1:0 --tls-cert " + path(certificate.c_str()) +
                          " --tls-key " + path(key.c_str()));
    EXPECT_EQ(run.status, 2) << run.output;
    EXPECT_THAT(run.output, testing::HasSubstr(why));
    EXPECT_THAT(run.output, testing::HasSubstr("hint: "));
  };
  refused("server.crt", "client.key",
          "--tls-key " + path("client.key") + ": the key is not that of the certificate");
  refused("none", "server.key", "--tls-cert " + path("none") + ": no certificate in PEM");
  refused("server.crt", "none", "--tls-key " + path("none") + ": no key in PEM");
  refused("server.crt", "locked.key",
          "--tls-key " + path("locked.key") + ": the key has a password");
}

TEST_F(ServeTest, SixteenProcessesPushAtOnce) {
  const ServeProcess server(store());
  std::vector<std::future<PeerRun>> pushes;
  for (int i = 0; i < 16; ++i) {
    const std::string layout = "layout" + std::to_string(i);
    write_layout(layout.c_str(), layout);
    pushes.push_back(std::async(std::launch::async, [this, &server, layout] {
      return bale_with(
          scratch_ / (layout + "-store").c_str(),
          "copy oci:" + path(layout.c_str()) + ":v1 docker://" + server.host() + "/app:" + layout);
    }));
  }
  for (auto& push : pushes) expect_done(push.get());
  for (int i = 0; i < 16; ++i) {
    expect_done(bale("validate localhost/app:layout" + std::to_string(i)));
  }
}

TEST_F(ServeTest, AKilledServerLeavesTheStoreAsItWas) {
  const auto index = write_layout("layout");
  const auto large = write_large_layout("large", 256 * kMiB);
  {
    ServeProcess server(store());
    const std::string name = "docker://" + server.host() + "/app:";
    expect_done(client_bale("copy oci:" + path("layout") + ":v1 " + name + "v1"));
    auto push = std::async(std::launch::async, [&] {
      return client_bale("--retries 0 copy oci:" + path("large") + ":v1 " + name + "large");
    });
    // Once a part of the blob is there.
    while (server.temporary_bytes() < 16 * kMiB) std::this_thread::yield();
    server.kill();
    EXPECT_NE(push.get().status, 0);
  }
  EXPECT_EQ(bale("images").output.find("large"), std::string::npos);
  expect_done(bale("validate localhost/app:v1"));
  EXPECT_FALSE(std::filesystem::exists(store() / "blobs/sha256" / std::string(large.digest.hex())));
  const ServeProcess again(store());
  const std::string name = "docker://" + again.host() + "/app:";
  EXPECT_EQ(client_bale("digest " + name + "v1").output, index.digest.to_string() + "\n");
  EXPECT_GE(again.temporary_bytes(), 16 * kMiB) << "of the dead server";
  expect_done(client_bale("copy oci:" + path("large") + ":v1 " + name + "large"));
  EXPECT_EQ(again.temporary_bytes(), 0U);
}

TEST_F(ServeTest, KeepsLittleOfALargeBlobInMemory) {
  const auto large = write_large_layout("large", 1024 * kMiB);
  ServeProcess server(store());
  const long before = server.peak_memory_kib();
  const std::string name = "docker://" + server.host() + "/app:v1";
  expect_done(client_bale("copy oci:" + path("large") + ":v1 " + name));
  expect_done(client_bale("copy " + name + " oci:" + path("back") + ":v1"));
  EXPECT_LT(server.peak_memory_kib() - before, 64 * 1024);
  EXPECT_EQ(oci::ImageLayout::open(scratch_ / "back").size(large.digest), large.size);
}

}  // namespace
}  // namespace bale::test
