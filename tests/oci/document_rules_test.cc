// SPDX-License-Identifier: Apache-2.0
// Documents that are invalid, each in a way of its own, and the place that is told for each.
#include "oci/document_rules.h"

#include <cstdint>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/media_type.h"
#include "tests/support/spoiled_image.h"

namespace bale::oci {
namespace {

using test::faults_of;
using test::Json;
using test::refusal_of;
using test::SpoiledImage;

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

/// What readers let pass, since the bytes can be read and mean one thing: it is for `validate` to
/// tell. All else, readers refuse too.
const std::set<std::string> kReadAllTheSame = {"ArchitectureEmpty",
                                               "ArtifactTypeNoMediaType",
                                               "AttestationOfNoDigest",
                                               "AttestationOfNothing",
                                               "ConfigMissingAsABlob",
                                               "CreatedInTheThirteenthMonth",
                                               "CreatedNoTime",
                                               "CreatedWithASpace",
                                               "CreatedWithAnEmptyFraction",
                                               "CreatedWithoutAZone",
                                               "DiffIdTooFew",
                                               "DiffIdTooMany",
                                               "DiffIdsMissing",
                                               "EmptyAnnotationKey",
                                               "EmptyConfigWithoutArtifactType",
                                               "EntryArtifactTypeNoMediaType",
                                               "EntryMediaTypeNoMediaType",
                                               "EnvWithoutEquals",
                                               "EnvWithoutName",
                                               "HistoryTimeNoTime",
                                               "HistoryTooLong",
                                               "HistoryTooShort",
                                               "HistoryWithoutLayers",
                                               "LabelWithoutName",
                                               "LayerMissing",
                                               "LayerOfHugeSize",
                                               "LayerOfNoLayerType",
                                               "LayerOneByteTooLong",
                                               "OsEmpty",
                                               "PlatformAsArchitecture",
                                               "PlatformIsNotTheConfigs",
                                               "PlatformOsEmpty",
                                               "PlatformOsUnknown",
                                               "PlatformVariantIsNotTheConfigs",
                                               "PortByName",
                                               "PortOfAnUnknownProtocol",
                                               "PortOutOfRange",
                                               "PortWithAValue",
                                               "RelativeUrl",
                                               "SystemAsArchitecture",
                                               "VolumesNoSet"};

TEST_P(ValidateFaults, AreRefusedByReadersWhereTheyMust) {
  const std::string refusal = refusal_of(GetParam().spoiled);
  EXPECT_EQ(refusal.empty(), kReadAllTheSame.contains(GetParam().name)) << refusal;
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
    {"LayerOfNoLayerType",
     manifest([](Json& j) { j["layers"][0]["mediaType"] = media_type::kOciManifest; }),
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
    {"SchemaVersionThree", index([](Json& j) { j["schemaVersion"] = 3; }), "schemaVersion"},
    {"SchemaVersionNull", index([](Json& j) { j["schemaVersion"] = nullptr; }), "schemaVersion"},
    {"SchemaVersionFraction", index([](Json& j) { j["schemaVersion"] = 2.5; }), "schemaVersion"},
    {"MediaTypeNumber", index([](Json& j) { j["mediaType"] = 5; }), "mediaType"},
    {"MediaTypeWithoutSubtype", index([](Json& j) { j["mediaType"] = "application/"; }),
     "mediaType"},
    {"ManifestsNull", index([](Json& j) { j["manifests"] = nullptr; }), "manifests"},
    {"ManifestsObject", index([](Json& j) { j["manifests"] = Json::object(); }), "manifests"},
    {"TooManyEntries", index([](Json& j) { j["manifests"] = Json(10'001, Json::object()); }),
     "manifests"},
    {"EntryNull", index([](Json& j) { j["manifests"].push_back(nullptr); }), "manifests[1]"},
    {"EntryMediaTypeNumber", index([](Json& j) { j["manifests"][0]["mediaType"] = 1; }),
     "manifests[0].mediaType"},
    {"EntryMediaTypeNoMediaType", index([](Json& j) { j["manifests"][0]["mediaType"] = "x"; }),
     "manifests[0].mediaType"},
    {"DigestNumber", index([](Json& j) { j["manifests"][0]["digest"] = 7; }),
     "manifests[0].digest"},
    {"DigestTooShort",
     index([](Json& j) { j["manifests"][0]["digest"] = "sha256:" + std::string(63, 'a'); }),
     "manifests[0].digest"},
    {"DigestTooLong",
     index([](Json& j) { j["manifests"][0]["digest"] = "sha256:" + std::string(65, 'a'); }),
     "manifests[0].digest"},
    {"DigestNotHexadecimal",
     index([](Json& j) { j["manifests"][0]["digest"] = "sha256:" + std::string(64, 'g'); }),
     "manifests[0].digest"},
    {"DigestOfAnotherAlgorithm",
     index([](Json& j) { j["manifests"][0]["digest"] = "md5:" + std::string(32, 'a'); }),
     "manifests[0].digest"},
    {"DigestOfAnotherAlgorithmsLength",
     index([](Json& j) { j["manifests"][0]["digest"] = "sha512:" + std::string(64, 'a'); }),
     "manifests[0].digest"},
    {"DigestWithoutAlgorithm",
     index([](Json& j) { j["manifests"][0]["digest"] = std::string(64, 'a'); }),
     "manifests[0].digest"},
    {"DigestEmpty", index([](Json& j) { j["manifests"][0]["digest"] = ""; }),
     "manifests[0].digest"},
    {"SizeText", index([](Json& j) { j["manifests"][0]["size"] = "10"; }), "manifests[0].size"},
    {"SizeBoolean", index([](Json& j) { j["manifests"][0]["size"] = true; }), "manifests[0].size"},
    {"MostNegativeSize", index([](Json& j) { j["manifests"][0]["size"] = INT64_MIN; }),
     "manifests[0].size"},
    {"SizeZero", index([](Json& j) { j["manifests"][0]["size"] = 0; }), "manifests[0].size"},
    {"UrlsText", index([](Json& j) { j["manifests"][0]["urls"] = "https://x"; }),
     "manifests[0].urls"},
    {"UrlNumber", index([](Json& j) { j["manifests"][0]["urls"] = {1}; }), "manifests[0].urls[0]"},
    {"DataNumber", index([](Json& j) { j["manifests"][0]["data"] = 1; }), "manifests[0].data"},
    {"DataOfAnotherContent", index([](Json& j) {
       // As many bytes as the manifest has, all of them zero.
       const std::size_t size = j["manifests"][0]["size"];
       std::string text((size + 2) / 3 * 4, 'A');
       text.replace(text.size() - (3 - size % 3) % 3, std::string::npos, (3 - size % 3) % 3, '=');
       j["manifests"][0]["data"] = text;
     }),
     "manifests[0].data"},
    {"PlatformText", index([](Json& j) { j["manifests"][0]["platform"] = "linux/arm64"; }),
     "manifests[0].platform"},
    {"PlatformWithoutArchitecture",
     index([](Json& j) { j["manifests"][0]["platform"].erase("architecture"); }),
     "manifests[0].platform.architecture"},
    {"PlatformOsNumber", index([](Json& j) { j["manifests"][0]["platform"]["os"] = 1; }),
     "manifests[0].platform.os"},
    {"PlatformOsEmpty", index([](Json& j) { j["manifests"][0]["platform"]["os"] = ""; }),
     "manifests[0].platform"},
    {"PlatformOsUnknown", index([](Json& j) { j["manifests"][0]["platform"]["os"] = "linus"; }),
     "manifests[0].platform"},
    {"PlatformVariantNumber", index([](Json& j) { j["manifests"][0]["platform"]["variant"] = 8; }),
     "manifests[0].platform.variant"},
    {"PlatformVariantIsNotTheConfigs",
     SpoiledImage{.index = [](Json& j) { j["manifests"][0]["platform"]["variant"] = "v9"; },
                  .config = [](Json& j) { j["variant"] = "v7"; }},
     "manifests[0].platform"},
    {"OsVersionNumber", index([](Json& j) { j["manifests"][0]["platform"]["os.version"] = 10; }),
     "manifests[0].platform.os.version"},
    {"OsFeaturesNoArray",
     index([](Json& j) { j["manifests"][0]["platform"]["os.features"] = "x"; }),
     "manifests[0].platform.os.features"},
    {"EntryAnnotationNull", index([](Json& j) { j["manifests"][0]["annotations"]["a"] = nullptr; }),
     "manifests[0].annotations.a"},
    {"EntryAnnotationsNoObject",
     index([](Json& j) { j["manifests"][0]["annotations"] = Json::array(); }),
     "manifests[0].annotations"},
    {"EntryArtifactTypeNoMediaType",
     index([](Json& j) { j["manifests"][0]["artifactType"] = "x"; }), "manifests[0].artifactType"},
    {"IndexArtifactTypeNumber", index([](Json& j) { j["artifactType"] = 1; }), "artifactType"},
    {"SubjectText", index([](Json& j) { j["subject"] = "x"; }), "subject"},
    {"SubjectOfNegativeSize", index([](Json& j) {
       j["subject"] = j["manifests"][0];
       j["subject"]["size"] = -1;
     }),
     "subject.size"},
    {"AttestationOfNoDigest", index([](Json& j) {
       Json entry = j["manifests"][0];
       entry["platform"] = {{"architecture", "unknown"}, {"os", "unknown"}};
       entry["annotations"] = {{"vnd.docker.reference.type", "attestation-manifest"}};
       j["manifests"].push_back(entry);
     }),
     "manifests"},
    {"IndexOfTheOldSchema", index([](Json& j) { j["fsLayers"] = Json::array(); }), "fsLayers"},
    {"ManifestSchemaVersionMissing", manifest([](Json& j) { j.erase("schemaVersion"); }),
     "schemaVersion"},
    {"ManifestSaysItIsAnIndex", manifest([](Json& j) { j["mediaType"] = media_type::kOciIndex; }),
     "mediaType"},
    {"ManifestSaysItIsDockers",
     manifest([](Json& j) { j["mediaType"] = media_type::kDockerManifest; }), "mediaType"},
    {"ManifestOfTheOldSchema", manifest([](Json& j) { j["fsLayers"] = Json::array(); }),
     "fsLayers"},
    {"LayersInAnotherCase", manifest([](Json& j) { j["Layers"] = Json::array(); }), "Layers"},
    {"ConfigArray", manifest([](Json& j) { j["config"] = Json::array(); }), "config"},
    {"ConfigNull", manifest([](Json& j) { j["config"] = nullptr; }), "config"},
    {"ConfigWithoutDigest", manifest([](Json& j) { j["config"].erase("digest"); }),
     "config.digest"},
    {"ConfigWithoutMediaType", manifest([](Json& j) { j["config"].erase("mediaType"); }),
     "config.mediaType"},
    {"ConfigOfAnotherSize", manifest([](Json& j) { j["config"]["size"] = 3; }), "config.size"},
    {"ConfigOverTheLimit", manifest([](Json& j) { j["config"]["size"] = 1LL << 40; }),
     "config.size"},
    {"ConfigMissingAsABlob",
     manifest([](Json& j) { j["config"]["digest"] = "sha256:" + std::string(64, 'd'); }), "config"},
    {"LayersObject", manifest([](Json& j) { j["layers"] = Json::object(); }), "layers"},
    {"LayerNull", manifest([](Json& j) { j["layers"][0] = nullptr; }), "layers[0]"},
    {"LayerWithoutMediaType", manifest([](Json& j) { j["layers"][0].erase("mediaType"); }),
     "layers[0].mediaType"},
    {"LayerWithoutSize", manifest([](Json& j) { j["layers"][0].erase("size"); }), "layers[0].size"},
    {"LayerOfNegativeSize", manifest([](Json& j) { j["layers"][0]["size"] = -5; }),
     "layers[0].size"},
    {"LayerOneByteTooLong",
     manifest([](Json& j) { j["layers"][0]["size"] = j["layers"][0]["size"].get<int>() + 1; }),
     "layers[0].size"},
    {"LayerOfHugeSize", manifest([](Json& j) { j["layers"][0]["size"] = INT64_MAX; }),
     "layers[0].size"},
    {"TooManyLayers", manifest([](Json& j) { j["layers"] = Json(10'001, Json::object()); }),
     "layers"},
    {"ManifestAnnotationNumber", manifest([](Json& j) { j["annotations"]["x"] = 1; }),
     "annotations.x"},
    {"ManifestSubjectWithoutSize", manifest([](Json& j) {
       j["subject"] = j["config"];
       j["subject"].erase("size");
     }),
     "subject.size"},
    {"OsEmpty", config([](Json& j) { j["os"] = ""; }), "os"},
    {"OsNumber", config([](Json& j) { j["os"] = 1; }), "os"},
    {"ArchitectureNumber", config([](Json& j) { j["architecture"] = 64; }), "architecture"},
    {"ArchitectureEmpty", config([](Json& j) { j["architecture"] = ""; }), "architecture"},
    {"VariantNumber", config([](Json& j) { j["variant"] = 8; }), "variant"},
    {"ConfigOsVersionNumber", config([](Json& j) { j["os.version"] = 10; }), "os.version"},
    {"ConfigOsFeaturesText", config([](Json& j) { j["os.features"] = "x"; }), "os.features"},
    {"AuthorNumber", config([](Json& j) { j["author"] = 1; }), "author"},
    {"CreatedNumber", config([](Json& j) { j["created"] = 1700000000; }), "created"},
    {"CreatedWithASpace", config([](Json& j) { j["created"] = "2024-03-01 12:00:00Z"; }),
     "created"},
    {"CreatedWithoutAZone", config([](Json& j) { j["created"] = "2024-03-01T12:00:00"; }),
     "created"},
    {"CreatedWithAnEmptyFraction", config([](Json& j) { j["created"] = "2024-03-01T12:00:00.Z"; }),
     "created"},
    {"CreatedInTheThirteenthMonth", config([](Json& j) { j["created"] = "2024-13-01T12:00:00Z"; }),
     "created"},
    {"RuntimeArray", config([](Json& j) { j["config"] = Json::array(); }), "config"},
    {"EnvText", config([](Json& j) { j["config"]["Env"] = "A=b"; }), "config.Env"},
    {"EnvNumber", config([](Json& j) { j["config"]["Env"] = {1}; }), "config.Env[0]"},
    {"EnvWithoutName", config([](Json& j) { j["config"]["Env"] = {"=b"}; }), "config.Env"},
    {"EntrypointNumber", config([](Json& j) { j["config"]["Entrypoint"] = {1}; }),
     "config.Entrypoint[0]"},
    {"CmdText", config([](Json& j) { j["config"]["Cmd"] = "sh"; }), "config.Cmd"},
    {"CmdNull", config([](Json& j) { j["config"]["Cmd"] = {nullptr}; }), "config.Cmd[0]"},
    {"LabelsArray", config([](Json& j) { j["config"]["Labels"] = {"a=b"}; }), "config.Labels"},
    {"LabelWithoutName", config([](Json& j) { j["config"]["Labels"][""] = "x"; }), "config.Labels"},
    {"PortsArray", config([](Json& j) { j["config"]["ExposedPorts"] = {"80"}; }),
     "config.ExposedPorts"},
    {"PortByName", config([](Json& j) { j["config"]["ExposedPorts"]["http"] = Json::object(); }),
     "config.ExposedPorts"},
    {"PortOfAnUnknownProtocol",
     config([](Json& j) { j["config"]["ExposedPorts"]["80/http"] = Json::object(); }),
     "config.ExposedPorts"},
    {"PortWithAValue", config([](Json& j) { j["config"]["ExposedPorts"]["80/tcp"] = 80; }),
     "config.ExposedPorts.80/tcp"},
    {"VolumesArray", config([](Json& j) { j["config"]["Volumes"] = {"/data"}; }), "config.Volumes"},
    {"WorkingDirNumber", config([](Json& j) { j["config"]["WorkingDir"] = 1; }),
     "config.WorkingDir"},
    {"StopSignalNumber", config([](Json& j) { j["config"]["StopSignal"] = 15; }),
     "config.StopSignal"},
    {"ShellText", config([](Json& j) { j["config"]["Shell"] = "sh"; }), "config.Shell"},
    {"OnBuildText", config([](Json& j) { j["config"]["OnBuild"] = "RUN x"; }), "config.OnBuild"},
    {"ArgsEscapedText", config([](Json& j) { j["config"]["ArgsEscaped"] = "yes"; }),
     "config.ArgsEscaped"},
    {"RootfsArray", config([](Json& j) { j["rootfs"] = Json::array(); }), "rootfs"},
    {"RootfsWithoutType", config([](Json& j) { j["rootfs"].erase("type"); }), "rootfs.type"},
    {"DiffIdsMissing", config([](Json& j) { j["rootfs"].erase("diff_ids"); }), "rootfs.diff_ids"},
    {"DiffIdsText", config([](Json& j) { j["rootfs"]["diff_ids"] = "x"; }), "rootfs.diff_ids"},
    {"DiffIdNumber", config([](Json& j) { j["rootfs"]["diff_ids"][0] = 1; }), "rootfs.diff_ids[0]"},
    {"DiffIdTooMany",
     config([](Json& j) { j["rootfs"]["diff_ids"].push_back("sha256:" + std::string(64, 'e')); }),
     "rootfs.diff_ids"},
    {"HistoryObject", config([](Json& j) { j["history"] = Json::object(); }), "history"},
    {"HistoryLineText", config([](Json& j) { j["history"][0] = "COPY"; }), "history[0]"},
    {"HistoryTooShort", config([](Json& j) { j["history"].erase(0); }), "history"},
    {"HistoryWithoutLayers", config([](Json& j) {
       for (auto& line : j["history"]) line["empty_layer"] = true;
     }),
     "history"},
    {"CreatedByNumber", config([](Json& j) { j["history"][0]["created_by"] = 1; }),
     "history[0].created_by"},
    {"HistoryAuthorNumber", config([](Json& j) { j["history"][0]["author"] = 1; }),
     "history[0].author"},
    {"CommentNumber", config([](Json& j) { j["history"][0]["comment"] = 1; }),
     "history[0].comment"},
};

INSTANTIATE_TEST_SUITE_P(Rules, ValidateFaults, testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace bale::oci
