// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_registry.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "oci/base64.h"

namespace bale::test {

namespace {

HttpAnswer error(int status, const std::string& code, const std::string& message) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = error_body(code, message)};
}

std::string etag_of(const std::string& digest) { return "\"" + digest + "\""; }

std::string digest_of(const std::string& content) {
  return oci::Digest::of(oci::as_bytes(content)).to_string();
}

/// As registries tell it: no bytes and one byte look alike.
std::string received_range(const std::string& received) {
  return "0-" + std::to_string(received.empty() ? 0 : received.size() - 1);
}

/// Content, or the part of it that a Range asks for.
HttpAnswer content_answer(const HttpRequest& request, const std::string& content) {
  const std::string range = request.headers.find("Range").value_or("");
  if (range.substr(0, 6) != "bytes=") return {.body = content};
  const std::size_t begin = std::stoull(range.substr(6));
  return {.status = 206,
          .headers = {{"Content-Range", "bytes " + std::to_string(begin) + "-" +
                                            std::to_string(content.size() - 1) + "/" +
                                            std::to_string(content.size())}},
          .body = content.substr(begin)};
}

}  // namespace

std::string error_body(const std::string& code, const std::string& message) {
  return nlohmann::json{{"errors", {{{"code", code}, {"message", message}}}}}.dump();
}

FakeRegistry::FakeRegistry() : FakeRegistry(Options()) {}

FakeRegistry::FakeRegistry(Options options)
    : options_(std::move(options)),
      server_([this](const HttpRequest& request) { return answer(request); }) {}

void FakeRegistry::add_blob(const std::string& repository, const std::string& content) {
  const std::lock_guard lock(mutex_);
  repositories_[repository].blobs[digest_of(content)] = content;
}

void FakeRegistry::add_manifest(const std::string& repository, const std::string& reference,
                                const std::string& type, const std::string& content) {
  const std::lock_guard lock(mutex_);
  Repository& target = repositories_[repository];
  target.manifests[digest_of(content)] = {type, content};
  if (reference.find(':') == std::string::npos) target.tags[reference] = digest_of(content);
}

std::optional<std::string> FakeRegistry::blob(const std::string& repository,
                                              const oci::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(repository);
  if (found == repositories_.end()) return std::nullopt;
  const auto blob = found->second.blobs.find(digest.to_string());
  if (blob == found->second.blobs.end()) return std::nullopt;
  return blob->second;
}

std::optional<std::string> FakeRegistry::manifest(const std::string& repository,
                                                  const std::string& reference) const {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(repository);
  if (found == repositories_.end()) return std::nullopt;
  const auto tag = found->second.tags.find(reference);
  const auto manifest =
      found->second.manifests.find(tag == found->second.tags.end() ? reference : tag->second);
  if (manifest == found->second.manifests.end()) return std::nullopt;
  return manifest->second.content;
}

void FakeRegistry::intercept(std::function<std::optional<HttpAnswer>(const HttpRequest&)> hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

HttpAnswer FakeRegistry::answer(const HttpRequest& request) {
  std::function<std::optional<HttpAnswer>(const HttpRequest&)> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = hook_;
  }
  if (hook) {
    if (auto own = hook(request)) return *std::move(own);
  }
  if (request.truncated && request.method != "PATCH") return {.hang_up = true};
  if (request.body.size() > options_.largest_body) {
    return {.status = 413, .body = "<html>413 Request Entity Too Large</html>"};
  }
  const std::string wanted = "Basic " + oci::encode_base64(options_.basic_login);
  if (!options_.basic_login.empty() && request.headers.find("Authorization") != wanted) {
    HttpAnswer refusal = error(401, "UNAUTHORIZED", "authentication required");
    refusal.headers.add("WWW-Authenticate", "Basic realm=\"fake\"");
    return refusal;
  }
  const std::lock_guard lock(mutex_);
  const std::string path = request.path();
  if (path == "/v2/") return {};
  for (const char* kind :
       {"/blobs/uploads/", "/blobs/", "/manifests/", "/tags/list", "/referrers/"}) {
    const std::size_t at = path.find(kind);
    if (at == std::string::npos || path.substr(0, 4) != "/v2/") continue;
    const std::string name = path.substr(4, at - 4);
    const std::string rest = path.substr(at + std::string(kind).size());
    Repository& repository = repositories_[name];
    if (std::string(kind) == "/blobs/uploads/") return uploads(name, request, rest);
    if (std::string(kind) == "/blobs/") return blobs(repository, request, rest);
    if (std::string(kind) == "/manifests/") return manifests(repository, request, rest);
    if (std::string(kind) == "/referrers/") return referrers(repository, rest);
    return tag_list(name, repository, request);
  }
  return {.status = 404, .body = "404 page not found"};
}

HttpAnswer FakeRegistry::blobs(Repository& repository, const HttpRequest& request,
                               const std::string& digest) {
  const auto found = repository.blobs.find(digest);
  if (found == repository.blobs.end()) return error(404, "BLOB_UNKNOWN", "blob unknown");
  HttpAnswer answer =
      options_.ranges ? content_answer(request, found->second) : HttpAnswer{.body = found->second};
  answer.headers.add("Docker-Content-Digest", digest);
  return answer;
}

HttpAnswer FakeRegistry::uploads(const std::string& name, const HttpRequest& request,
                                 const std::string& id) {
  Repository& repository = repositories_[name];
  if (request.method == "POST") return open_upload(name, request);
  const auto upload = repository.uploads.find(id);
  if (upload == repository.uploads.end()) {
    return error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  }
  if (request.method == "PATCH") return patch_upload(repository, request, id);
  if (request.method == "PUT") return finish_upload(repository, request, id);
  if (request.method == "DELETE") {
    repository.uploads.erase(upload);
    return {.status = 204};
  }
  if (!options_.upload_status) {
    return error(options_.no_upload_status, "BLOB_UPLOAD_INVALID", "blob upload invalid");
  }
  return {.status = 204,
          .headers = {{"Location", request.target}, {"Range", received_range(upload->second)}}};
}

HttpAnswer FakeRegistry::open_upload(const std::string& name, const HttpRequest& request) {
  Repository& repository = repositories_[name];
  const std::string mount = request.query("mount");
  const Repository& source = repositories_[request.query("from")];
  if (options_.mounts && source.blobs.count(mount) > 0) {
    repository.blobs[mount] = source.blobs.at(mount);
    return {.status = 201};
  }
  const std::string upload = std::to_string(next_upload_++);
  repository.uploads[upload];
  HttpAnswer answer{
      .status = 202,
      .headers = {{"Location", "/v2/" + name + "/blobs/uploads/" + upload + "?_state=s"}}};
  if (options_.smallest_part > 0) {
    answer.headers.add("OCI-Chunk-Min-Length", std::to_string(options_.smallest_part));
  }
  return answer;
}

HttpAnswer FakeRegistry::patch_upload(Repository& repository, const HttpRequest& request,
                                      const std::string& id) {
  std::string& received = repository.uploads[id];
  if (request.truncated) {
    if (options_.keeps_half_parts) received += request.body;
    if (!options_.keeps_half_parts) repository.uploads.erase(id);
    return {.hang_up = true};
  }
  const std::string range = request.headers.find("Content-Range").value_or("");
  const std::string begin = std::to_string(received.size()) + "-";
  const bool misplaced = !range.empty() && range.compare(0, begin.size(), begin) != 0;
  if (misplaced || (!range.empty() && request.body.size() > options_.largest_part)) {
    return error(416, "REQUESTED_RANGE_NOT_SATISFIABLE", "content range is invalid");
  }
  received += request.body;
  return {.status = options_.part_status,
          .headers = {{"Location", request.target}, {"Range", received_range(received)}}};
}

HttpAnswer FakeRegistry::finish_upload(Repository& repository, const HttpRequest& request,
                                       const std::string& id) {
  if (request.truncated) {
    repository.uploads.erase(id);
    return {.hang_up = true};
  }
  const std::string content = repository.uploads[id] + request.body;
  repository.uploads.erase(id);
  const std::string digest = digest_of(content);
  if (request.query("digest") != digest || request.query("_state") != "s") {
    return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  repository.blobs[digest] = content;
  return {.status = 201, .headers = {{"Docker-Content-Digest", digest}}};
}

HttpAnswer FakeRegistry::manifests(Repository& repository, const HttpRequest& request,
                                   const std::string& reference) {
  if (request.method == "PUT") return put_manifest(repository, request, reference);
  const auto tag = repository.tags.find(reference);
  const std::string digest = tag == repository.tags.end() ? reference : tag->second;
  if (request.method == "DELETE") return delete_manifest(repository, reference);
  const auto found = repository.manifests.find(digest);
  if (found == repository.manifests.end()) {
    return error(404, "MANIFEST_UNKNOWN", "manifest unknown");
  }
  HttpAnswer answer{
      .headers = {{"Content-Type", found->second.type}, {"Docker-Content-Digest", digest}},
      .body = found->second.content};
  if (options_.conditions) answer.headers.add("ETag", etag_of(digest));
  return answer;
}

bool FakeRegistry::conditions_hold(const Repository& repository, const HttpRequest& request,
                                   const std::string& reference) const {
  if (!options_.conditions) return true;
  const auto tag = repository.tags.find(reference);
  const bool there = tag != repository.tags.end();
  if (request.headers.find("If-None-Match") && there) return false;
  const auto wanted = request.headers.find("If-Match");
  return !wanted || (there && *wanted == etag_of(tag->second));
}

HttpAnswer FakeRegistry::delete_manifest(Repository& repository, const std::string& reference) {
  const bool is_digest = reference.find(':') != std::string::npos;
  if (options_.deletes == Options::Deletes::kNothing) {
    return error(405, "UNSUPPORTED", "The operation is unsupported.");
  }
  if (!is_digest && options_.deletes == Options::Deletes::kDigests) {
    return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  if (repository.tags.erase(reference) + repository.manifests.erase(reference) == 0) {
    return error(404, "MANIFEST_UNKNOWN", "manifest unknown");
  }
  if (options_.tags_stay) return {.status = 202};
  std::erase_if(repository.tags, [&](const auto& tag) { return tag.second == reference; });
  return {.status = 202};
}

HttpAnswer FakeRegistry::referrers(const Repository& repository, const std::string& subject) {
  if (!options_.referrers) return {.status = 404, .body = "404 page not found"};
  nlohmann::json index{{"schemaVersion", 2},
                       {"mediaType", "application/vnd.oci.image.index.v1+json"},
                       {"manifests", nlohmann::json::array()}};
  for (const auto& [digest, manifest] : repository.manifests) {
    const auto document = nlohmann::json::parse(manifest.content);
    if (document.value("/subject/digest"_json_pointer, "") != subject) continue;
    index["manifests"].push_back(
        {{"mediaType", manifest.type},
         {"digest", digest},
         {"size", manifest.content.size()},
         {"artifactType", document.value("artifactType", "")},
         {"annotations", document.value("annotations", nlohmann::json::object())}});
  }
  return {.headers = {{"Content-Type", "application/vnd.oci.image.index.v1+json"}},
          .body = index.dump()};
}

HttpAnswer FakeRegistry::put_manifest(Repository& repository, const HttpRequest& request,
                                      const std::string& reference) {
  const auto document = nlohmann::json::parse(request.body, nullptr, false);
  if (document.is_discarded()) return error(400, "MANIFEST_INVALID", "manifest invalid");
  if (!conditions_hold(repository, request, reference)) return {.status = 412};
  std::vector<std::string> needed;
  if (document.contains("config")) needed.push_back(document["config"]["digest"]);
  for (const char* list : {"layers", "manifests"}) {
    if (!document.contains(list)) continue;
    for (const auto& entry : document[list]) needed.push_back(entry["digest"]);
  }
  for (const std::string& digest : needed) {
    const bool there = repository.blobs.count(digest) + repository.manifests.count(digest) > 0;
    if (!there && options_.checks_manifests) {
      return error(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry: " + digest);
    }
  }
  const std::string digest = digest_of(request.body);
  const std::string type = request.headers.find("Content-Type").value_or("");
  repository.manifests[digest] = {type, request.body};
  if (reference.find(':') == std::string::npos) repository.tags[reference] = digest;
  HttpAnswer answer{.status = 201, .headers = {{"Docker-Content-Digest", digest}}};
  const std::string subject = document.value("/subject/digest"_json_pointer, "");
  const bool lists = options_.referrers && options_.tells_subject;
  if (lists && !subject.empty()) answer.headers.add("OCI-Subject", subject);
  return answer;
}

HttpAnswer FakeRegistry::tag_list(const std::string& name, const Repository& repository,
                                  const HttpRequest& request) {
  std::vector<std::string> tags;
  const std::string last = request.query("last");
  for (const auto& [tag, digest] : repository.tags) {
    if (tag > last) tags.push_back(tag);
  }
  HttpAnswer answer{.headers = {{"Content-Type", "application/json"}}};
  const std::string limit = request.query("n");
  if (const std::size_t n = limit.empty() ? tags.size() : std::stoul(limit); n < tags.size()) {
    tags.resize(n);
    const std::string next = "/v2/" + name + "/tags/list?n=" + limit + "&last=" + tags.back();
    if (options_.links) answer.headers.add("Link", "<" + next + ">; rel=\"next\"");
  }
  answer.body = nlohmann::json{{"name", name}, {"tags", tags}}.dump();
  return answer;
}

}  // namespace bale::test
