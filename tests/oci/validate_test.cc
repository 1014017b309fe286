// SPDX-License-Identifier: Apache-2.0
#include "oci/validate.h"

#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/document.h"
#include "oci/image_layout.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {

// Where GoogleTest finds it.
void PrintTo(const Fault& fault, std::ostream* out);
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.place << " | " << fault.message;
}

namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;

/// An image, each document of which a test may spoil as JSON before it is stored.
struct SpoiledImage {
  std::function<void(Json&)> index = [](Json&) {};
  std::function<void(Json&)> manifest = [](Json&) {};
  std::function<void(Json&)> config = [](Json&) {};
};

Json descriptor_json(const Descriptor& descriptor) {
  return {{"mediaType", descriptor.media_type.to_string()},
          {"digest", descriptor.digest.to_string()},
          {"size", descriptor.size}};
}

/// The faults of the image, with the digest of the document in front of each place left out.
std::vector<Fault> faults_of(const SpoiledImage& spoiled) {
  MemoryStore store;
  const auto image = test::add_image(store, "linux/arm64");
  const Manifest manifest = read_manifest(store, image).value;
  Json config = Json::parse(read_blob(store, manifest.config, kMaxConfigSize));
  spoiled.config(config);
  Json manifest_json = Json::parse(read_blob(store, image, kMaxManifestSize));
  manifest_json["config"] =
      descriptor_json(test::add_blob(store, config.dump(), media_type::kOciConfig));
  spoiled.manifest(manifest_json);
  Json entry =
      descriptor_json(test::add_blob(store, manifest_json.dump(), media_type::kOciManifest));
  entry["platform"] = {{"architecture", "arm64"}, {"os", "linux"}};
  Json index = {{"schemaVersion", 2}, {"mediaType", media_type::kOciIndex}, {"manifests", {entry}}};
  spoiled.index(index);
  const auto root = test::add_blob(store, index.dump(), media_type::kOciIndex);
  auto faults = validate_image(store, root);
  for (auto& fault : faults) {
    if (const auto colon = fault.place.find(": "); colon != std::string::npos) {
      fault.place.erase(0, colon + 2);
    }
  }
  return faults;
}

TEST(Validate, AGoodImageHasNoFaults) { EXPECT_THAT(faults_of({}), ElementsAre()); }

struct SpoiledCase {
  const char* name;
  SpoiledImage spoiled;
  const char* place;
};

void PrintTo(const SpoiledCase& spoiled, std::ostream* out) { *out << spoiled.name; }

class ValidateFaults : public testing::TestWithParam<SpoiledCase> {};

TEST_P(ValidateFaults, AreToldWithTheirPlace) {
  const auto faults = faults_of(GetParam().spoiled);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].place, GetParam().place) << faults[0].message;
}

SpoiledImage index(std::function<void(Json&)> spoil) { return {.index = std::move(spoil)}; }
SpoiledImage manifest(std::function<void(Json&)> spoil) { return {.manifest = std::move(spoil)}; }
SpoiledImage config(std::function<void(Json&)> spoil) { return {.config = std::move(spoil)}; }

const SpoiledCase kCases[] = {
    {"SchemaVersionMissing", index([](Json& j) { j.erase("schemaVersion"); }), "schemaVersion"},
    {"SchemaVersionOne", index([](Json& j) { j["schemaVersion"] = 1; }), "schemaVersion"},
    {"SchemaVersionText", index([](Json& j) { j["schemaVersion"] = "2"; }), "schemaVersion"},
    {"OtherMediaType", index([](Json& j) { j["mediaType"] = media_type::kDockerList; }),
     "mediaType"},
    {"NoMediaTypeSyntax", index([](Json& j) { j["mediaType"] = "index"; }), "mediaType"},
    {"IndexWithLayers", index([](Json& j) { j["layers"] = Json::array(); }), "layers"},
    {"IndexWithConfigInAnotherCase", index([](Json& j) { j["Config"] = Json::object(); }),
     "Config"},
    {"ManifestsInAnotherCase", index([](Json& j) { j["Manifests"] = Json::array(); }), "Manifests"},
    {"ManifestsMissing", index([](Json& j) { j.erase("manifests"); }), "manifests"},
    {"ManifestsNoArray", index([](Json& j) { j["manifests"] = 3; }), "manifests"},
    {"EntryNoObject", index([](Json& j) { j["manifests"].push_back("x"); }), "manifests[1]"},
    {"EntryWithoutMediaType", index([](Json& j) { j["manifests"][0].erase("mediaType"); }),
     "manifests[0].mediaType"},
    {"EntryWithoutDigest", index([](Json& j) { j["manifests"][0].erase("digest"); }),
     "manifests[0].digest"},
    {"EntryWithoutSize", index([](Json& j) { j["manifests"][0].erase("size"); }),
     "manifests[0].size"},
    {"NegativeSize", index([](Json& j) { j["manifests"][0]["size"] = -1; }), "manifests[0].size"},
    {"FractionalSize", index([](Json& j) { j["manifests"][0]["size"] = 1.5; }),
     "manifests[0].size"},
    {"HugeSize", index([](Json& j) { j["manifests"][0]["size"] = UINT64_MAX; }),
     "manifests[0].size"},
    {"SizeOverTheLimit", index([](Json& j) { j["manifests"][0]["size"] = 1LL << 40; }),
     "manifests[0].size"},
    {"WrongSize",
     index([](Json& j) { j["manifests"][0]["size"] = j["manifests"][0]["size"].get<int>() + 1; }),
     "manifests[0].size"},
    {"DigestInUpperCase",
     index([](Json& j) { j["manifests"][0]["digest"] = "sha256:" + std::string(64, 'A'); }),
     "manifests[0].digest"},
    {"DigestOfAPath", index([](Json& j) { j["manifests"][0]["digest"] = "sha256:../../passwd"; }),
     "manifests[0].digest"},
    {"MissingManifest",
     index([](Json& j) { j["manifests"][0]["digest"] = "sha256:" + std::string(64, 'a'); }),
     "manifests[0]"},
    {"RelativeUrl", index([](Json& j) { j["manifests"][0]["urls"] = {"layer.tar"}; }),
     "manifests[0].urls"},
    {"AnnotationNoText", index([](Json& j) { j["annotations"]["a"] = 1; }), "annotations.a"},
    {"AnnotationsNoObject", index([](Json& j) { j["annotations"] = "a"; }), "annotations"},
    {"EmptyAnnotationKey", index([](Json& j) { j["annotations"][""] = "a"; }), "annotations"},
    {"DataNoBase64", index([](Json& j) { j["manifests"][0]["data"] = "***"; }),
     "manifests[0].data"},
    {"DataTooShort", index([](Json& j) { j["manifests"][0]["data"] = "e30="; }),
     "manifests[0].data"},
    {"PlatformWithoutOs", index([](Json& j) { j["manifests"][0]["platform"].erase("os"); }),
     "manifests[0].platform.os"},
    {"PlatformAsArchitecture",
     index([](Json& j) { j["manifests"][0]["platform"]["architecture"] = "linux/arm64"; }),
     "manifests[0].platform"},
    {"SystemAsArchitecture",
     index([](Json& j) { j["manifests"][0]["platform"]["architecture"] = "linux"; }),
     "manifests[0].platform"},
    {"PlatformIsNotTheConfigs",
     index([](Json& j) { j["manifests"][0]["platform"]["architecture"] = "amd64"; }),
     "manifests[0].platform"},
    {"OsFeaturesNoText", index([](Json& j) { j["manifests"][0]["platform"]["os.features"] = {1}; }),
     "manifests[0].platform.os.features[0]"},
    {"SubjectNoDescriptor", index([](Json& j) { j["subject"] = Json::object(); }),
     "subject.mediaType"},
    {"AttestationOfNothing", index([](Json& j) {
       Json entry = j["manifests"][0];
       entry["platform"] = {{"architecture", "unknown"}, {"os", "unknown"}};
       entry["annotations"] = {{"vnd.docker.reference.type", "attestation-manifest"},
                               {"vnd.docker.reference.digest", "sha256:" + std::string(64, 'b')}};
       j["manifests"].push_back(entry);
     }),
     "manifests"},
    {"ManifestWithManifests", manifest([](Json& j) { j["manifests"] = Json::array(); }),
     "manifests"},
    {"ConfigMissing", manifest([](Json& j) { j.erase("config"); }), "config"},
    {"LayersMissing", manifest([](Json& j) { j.erase("layers"); }), "layers"},
    {"LayerMissing",
     manifest([](Json& j) { j["layers"][1]["digest"] = "sha256:" + std::string(64, 'c'); }),
     "layers[1]"},
    {"LayerOfNoLayerType", manifest([](Json& j) { j["layers"][0]["mediaType"] = "text/plain"; }),
     "layers[0].mediaType"},
    {"ArtifactTypeNoMediaType", manifest([](Json& j) { j["artifactType"] = "thing"; }),
     "artifactType"},
    {"EmptyConfigWithoutArtifactType",
     manifest([](Json& j) { j["config"]["mediaType"] = media_type::kOciEmpty; }), "config.digest"},
    {"OsMissing", config([](Json& j) { j.erase("os"); }), "os"},
    {"ArchitectureMissing", config([](Json& j) { j.erase("architecture"); }), "architecture"},
    {"RootfsMissing", config([](Json& j) { j.erase("rootfs"); }), "rootfs"},
    {"RootfsType", config([](Json& j) { j["rootfs"]["type"] = "files"; }), "rootfs.type"},
    {"DiffIdNoDigest", config([](Json& j) { j["rootfs"]["diff_ids"][0] = "x"; }),
     "rootfs.diff_ids"},
    {"DiffIdTooFew", config([](Json& j) { j["rootfs"]["diff_ids"].erase(0); }), "rootfs.diff_ids"},
    {"CreatedNoTime", config([](Json& j) { j["created"] = "yesterday"; }), "created"},
    {"HistoryTooLong", config([](Json& j) {
       j["history"].push_back({{"created_by", "x"}});
     }),
     "history"},
    {"HistoryTimeNoTime", config([](Json& j) { j["history"][0]["created"] = "2024-03-01"; }),
     "history[0].created"},
    {"EmptyLayerNoBoolean", config([](Json& j) { j["history"][1]["empty_layer"] = 1; }),
     "history[1].empty_layer"},
    {"EnvWithoutEquals", config([](Json& j) { j["config"]["Env"] = {"PATH"}; }), "config.Env"},
    {"PortOutOfRange",
     config([](Json& j) { j["config"]["ExposedPorts"]["70000/tcp"] = Json::object(); }),
     "config.ExposedPorts"},
    {"VolumesNoSet", config([](Json& j) { j["config"]["Volumes"]["/data"] = "x"; }),
     "config.Volumes./data"},
    {"EntrypointText", config([](Json& j) { j["config"]["Entrypoint"] = "/bin/sh"; }),
     "config.Entrypoint"},
    {"LabelNoText", config([](Json& j) { j["config"]["Labels"]["a"] = 1; }), "config.Labels.a"},
    {"UserNumber", config([](Json& j) { j["config"]["User"] = 1000; }), "config.User"},
};

INSTANTIATE_TEST_SUITE_P(Rules, ValidateFaults, testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

TEST(Validate, GoesOnAfterAFault) {
  const auto faults = faults_of({.manifest = [](Json& j) { j["annotations"]["a"] = 1; },
                                 .config = [](Json& j) { j["created"] = "yesterday"; }});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].place, "annotations.a");
  EXPECT_EQ(faults[1].place, "created");
}

TEST(Validate, DuplicateKeysAreAFault) {
  MemoryStore store;
  const auto root = test::add_blob(store, R"({"schemaVersion":2,"manifests":[],"manifests":[]})",
                                   media_type::kOciIndex);
  const auto faults = validate_image(store, root);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].message, "JSON: duplicate key \"manifests\"");
}

/// An image whose only layer is `blob`, said to be of `type` and to unpack to `plain`.
std::vector<Fault> faults_of_layer(std::string_view blob, const MediaType& type,
                                   std::string_view plain) {
  MemoryStore store;
  ImageConfig config;
  config.platform = Platform::parse("linux/amd64");
  config.diff_ids.emplace_back(Digest::of(as_bytes(plain)));
  const auto config_document = make_document(config, media_type::kOciManifest);
  write_blob(store, config_document.descriptor, config_document.bytes);
  const auto manifest = make_document(Manifest{.config = config_document.descriptor,
                                               .layers = {test::add_blob(store, blob, type)}});
  write_blob(store, manifest.descriptor, manifest.bytes);
  EXPECT_THAT(validate_image(store, manifest.descriptor), ElementsAre()) << "looked at from far";
  return validate_image(store, manifest.descriptor, ValidateDepth::kLayers);
}

TEST(ValidateLayers, FindsNothingInAGoodOne) {
  const std::string tar = test::make_tar({{"hello", "world"}});
  EXPECT_THAT(faults_of_layer(tar, media_type::kOciLayer, tar), ElementsAre());
}

TEST(ValidateLayers, FindsAnotherDiffId) {
  const std::string tar = test::make_tar({{"hello", "world"}});
  EXPECT_EQ(faults_of_layer(tar, media_type::kOciLayer, "other").size(), 1U);
}

TEST(ValidateLayers, FindsAnotherPacking) {
  const std::string tar = test::make_tar({{"hello", "world"}});
  const auto faults = faults_of_layer(tar, media_type::kOciLayerGzip, tar);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].place, testing::EndsWith(": layers[0].mediaType"));
}

TEST(ValidateLayers, FindsWhatIsNoTar) {
  const std::string noise(2000, 'x');
  EXPECT_EQ(faults_of_layer(noise, media_type::kOciLayer, noise).size(), 1U);
}

class ValidateLayout : public testing::Test {
 protected:
  ValidateLayout() {
    ImageLayout layout = ImageLayout::create(path_);
    root_.push_back(test::add_index(layout, {"linux/amd64", "linux/arm64"}));
    layout.set_tag("ghcr.io/team/app:v1", root_[0]);
  }
  std::filesystem::path blob(const Digest& digest) const {
    return path_ / "blobs" / "sha256" / digest.hex();
  }

  test::ScratchFolder scratch_;
  std::filesystem::path path_ = scratch_ / "image";
  std::vector<Descriptor> root_;
};

TEST_F(ValidateLayout, OfOursHasNoFaults) { EXPECT_THAT(validate_layout(path_), ElementsAre()); }

TEST_F(ValidateLayout, FindsAChangedLayer) {
  const ImageLayout layout = ImageLayout::open(path_);
  const auto child = read_index(layout, root_[0]).value.manifests[0];
  const auto layer = read_manifest(layout, child).value.layers[1];
  std::ofstream(blob(layer.digest), std::ios::in | std::ios::out).write("X", 1);
  const auto faults = validate_layout(path_);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].place, layer.digest.to_string());
}

TEST_F(ValidateLayout, FindsACutBlob) {
  std::filesystem::resize_file(blob(root_[0].digest), 5);
  const auto faults = validate_layout(path_);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].place, "index.json: manifests[0].size");
}

TEST_F(ValidateLayout, FindsStrangersAmongTheBlobs) {
  std::ofstream(path_ / "blobs/sha256/readme") << "hello";
  std::ofstream(blob(Digest::of(as_bytes("one")))) << "two";
  const auto faults = validate_layout(path_);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[1].place, "blobs/sha256/readme");
}

TEST_F(ValidateLayout, FindsMissingFiles) {
  std::filesystem::remove(path_ / "oci-layout");
  std::filesystem::remove(path_ / "index.json");
  EXPECT_THAT(validate_layout(path_),
              ElementsAre(Fault{"oci-layout", "missing"}, Fault{"index.json", "missing"}));
}

TEST_F(ValidateLayout, FindsAnotherVersion) {
  std::ofstream(path_ / "oci-layout") << R"({"imageLayoutVersion":"1.1"})";
  EXPECT_THAT(validate_layout(path_),
              ElementsAre(Fault{"oci-layout: imageLayoutVersion", "must be \"1.0.0\""}));
}

}  // namespace
}  // namespace bale::oci
