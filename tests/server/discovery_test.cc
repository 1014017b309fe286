// SPDX-License-Identifier: Apache-2.0
// distribution-spec 1.1, "Content Discovery": each MUST, and the list of repositories.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/served_registry.h"

namespace bale::test {
namespace {

using Json = nlohmann::json;

const std::string kAbsent = oci::Digest::of(oci::as_bytes("absent")).to_string();

class Discovery : public testing::Test {
 protected:
  Json get(const std::string& path) { return Json::parse(registry_.ask("GET", path).body); }
  Json tags(const std::string& query = "") {
    return get("/v2/team/app/tags/list" + query).at("tags");
  }
  std::string link(const std::string& query) {
    return header(registry_.ask("GET", "/v2/team/app/tags/list" + query), "Link");
  }
  Json referrers(const oci::Digest& subject, const std::string& query = "") {
    return get("/v2/team/app/referrers/" + subject.to_string() + query).at("manifests");
  }
  /// An artifact about `subject`, by its digest alone.
  oci::Digest attach(const oci::Descriptor& subject, const std::string& artifact_type) {
    const auto empty = registry_.push_blob("team/app", "{}");
    const oci::Descriptor config{
        .media_type = oci::media_type::kOciEmpty, .digest = empty, .size = 2};
    const std::string json = oci::to_json(oci::Manifest{.artifact_type = artifact_type,
                                                        .config = config,
                                                        .layers = {config},
                                                        .subject = subject,
                                                        .annotations = {{"of", artifact_type}}});
    auto digest = oci::Digest::of(oci::as_bytes(json));
    registry_.push_manifest("team/app", digest.to_string(), json, oci::media_type::kOciManifest);
    return digest;
  }

  ServedRegistry registry_;
};

TEST_F(Discovery, TagsOfARepository) {
  registry_.push_image("team/app", "v1");
  const auto answer = registry_.ask("GET", "/v2/team/app/tags/list");
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(header(answer, "Content-Type"), "application/json");
  EXPECT_EQ(Json::parse(answer.body), Json({{"name", "team/app"}, {"tags", {"v1"}}}));
}

TEST_F(Discovery, TagsAreInLexicalOrderWhateverTheirCase) {
  for (const char* tag : {"b", "C", "a", "B", "v10", "v2"}) {
    registry_.push_image("team/app", tag);
  }
  EXPECT_EQ(tags(), Json({"a", "B", "b", "C", "v10", "v2"}));
}

TEST_F(Discovery, RepositoryWithoutTagsHasAnEmptyList) {
  registry_.push_image("team/app", std::nullopt);
  EXPECT_EQ(tags(), Json::array());
}

TEST_F(Discovery, TagsOfNoRepositoryAreNotFound) {
  const auto answer = registry_.ask("GET", "/v2/team/app/tags/list");
  EXPECT_EQ(answer.head.status, 404);
  EXPECT_EQ(error_code(answer), "NAME_UNKNOWN");
}

TEST_F(Discovery, TagsInPages) {
  for (const char* tag : {"a", "b", "c"}) registry_.push_image("team/app", tag);
  EXPECT_EQ(tags("?n=2"), Json({"a", "b"}));
  EXPECT_EQ(link("?n=2"), "</v2/team/app/tags/list?n=2&last=b>; rel=\"next\"");
  EXPECT_EQ(tags("?n=2&last=b"), Json({"c"}));
  EXPECT_EQ(link("?n=2&last=b"), "");
  EXPECT_EQ(link("?n=3"), "");
}

TEST_F(Discovery, LastNeedNotBeATagThatIsThere) {
  for (const char* tag : {"a", "c"}) registry_.push_image("team/app", tag);
  EXPECT_EQ(tags("?last=b"), Json({"c"}));
  EXPECT_EQ(tags("?last=z"), Json::array());
}

TEST_F(Discovery, APageOfNothingIsEmptyAndTheLast) {
  registry_.push_image("team/app", "v1");
  EXPECT_EQ(tags("?n=0"), Json::array());
  EXPECT_EQ(link("?n=0"), "");
}

TEST_F(Discovery, APageOfNoNumberIsRefused) {
  registry_.push_image("team/app", "v1");
  for (const char* count : {"-1", "x", ""}) {
    EXPECT_EQ(registry_.ask("GET", std::string("/v2/team/app/tags/list?n=") + count).head.status,
              400);
  }
  EXPECT_EQ(tags("?n=99999999"), Json({"v1"}));
}

TEST_F(Discovery, CatalogOfRepositories) {
  registry_.push_image("team/app", "v1");
  registry_.push_image("ghcr.io/daksha-rc/rc-web", "v1");
  EXPECT_EQ(get("/v2/_catalog"),
            Json({{"repositories", {"ghcr.io/daksha-rc/rc-web", "team/app"}}}));
  EXPECT_EQ(header(registry_.ask("GET", "/v2/_catalog?n=1"), "Link"),
            "</v2/_catalog?n=1&last=ghcr.io/daksha-rc/rc-web>; rel=\"next\"");
}

TEST_F(Discovery, ReferrersOfAManifest) {
  const auto image = registry_.push_image("team/app", "v1");
  const auto sbom = attach(image.descriptor, "application/vnd.example.sbom");
  const auto answer =
      registry_.ask("GET", "/v2/team/app/referrers/" + image.descriptor.digest.to_string());
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(header(answer, "Content-Type"), oci::media_type::kOciIndex);
  const auto index = oci::parse_index(answer.body);
  ASSERT_EQ(index.manifests.size(), 1U);
  EXPECT_EQ(index.manifests[0].digest, sbom);
  EXPECT_EQ(index.manifests[0].artifact_type, "application/vnd.example.sbom");
  EXPECT_EQ(index.manifests[0].annotations.at("of"), "application/vnd.example.sbom");
}

TEST_F(Discovery, ReferrerWithoutAnArtifactTypeHasThatOfItsConfig) {
  const auto image = registry_.push_image("team/app", "v1");
  registry_.push_image("team/app", std::nullopt, "about it", image.descriptor);
  EXPECT_EQ(referrers(image.descriptor.digest).at(0).at("artifactType"),
            oci::media_type::kOciConfig);
}

TEST_F(Discovery, ReferrersOfAnArtifactType) {
  const auto image = registry_.push_image("team/app", "v1");
  attach(image.descriptor, "application/vnd.example.sbom");
  const auto signature = attach(image.descriptor, "application/vnd.example.signature+json");
  const std::string query = "?artifactType=application/vnd.example.signature%2Bjson";
  const auto found = referrers(image.descriptor.digest, query);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("digest"), signature.to_string());
  EXPECT_EQ(header(registry_.ask("GET", "/v2/team/app/referrers/" +
                                            image.descriptor.digest.to_string() + query),
                   "OCI-Filters-Applied"),
            "artifactType");
}

TEST_F(Discovery, ReferrersOfAManifestInsideAnIndexAndOfTheIndex) {
  const auto child = registry_.push_image("team/app", std::nullopt);
  const std::string json = oci::to_json(oci::Index{.manifests = {child.descriptor}});
  registry_.push_manifest("team/app", "v1", json, oci::media_type::kOciIndex);
  const oci::Descriptor index{.media_type = oci::media_type::kOciIndex,
                              .digest = oci::Digest::of(oci::as_bytes(json)),
                              .size = json.size()};
  attach(child.descriptor, "application/vnd.example.child");
  attach(index, "application/vnd.example.index");
  EXPECT_EQ(referrers(child.descriptor.digest).size(), 1U);
  EXPECT_EQ(referrers(index.digest).size(), 1U);
}

TEST_F(Discovery, WithoutReferrersTheListIsEmpty) {
  const auto image = registry_.push_image("team/app", "v1");
  EXPECT_EQ(referrers(image.descriptor.digest), Json::array());
  EXPECT_EQ(referrers(oci::Digest::parse(kAbsent)), Json::array());
  EXPECT_EQ(registry_.ask("GET", "/v2/nothing/referrers/" + kAbsent).head.status, 200);
}

TEST_F(Discovery, ReferrersOfWhatIsNoDigestAreABadRequest) {
  EXPECT_EQ(registry_.ask("GET", "/v2/team/app/referrers/sha256:short").head.status, 400);
}

}  // namespace
}  // namespace bale::test
