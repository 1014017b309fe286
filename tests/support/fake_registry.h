// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "oci/digest.h"
#include "tests/support/http_server.h"

namespace bale::test {

/// A registry inside the test, as the distribution specification has it, with the peculiarities
/// that a test asks for. Thread-safe.
class FakeRegistry {
 public:
  struct Options {
    bool mounts = true;
    /// The referrers API; without it `OCI-Subject` is not told either.
    bool referrers = true;
    /// What DELETE takes: tags and digests, digests alone (docker-registry), nothing (405).
    enum class Deletes { kAll, kDigests, kNothing } deletes = Deletes::kAll;
    /// What arrived of a part before its connection broke is kept; else the upload is lost then, as
    /// docker-registry has it.
    bool keeps_half_parts = true;
    /// `GET` of an upload says how much is there.
    bool upload_status = true;
    /// PATCH with a Content-Range is refused with 416 where it has more bytes (ghcr.io: 4 MiB).
    std::size_t largest_part = SIZE_MAX;
    /// Requests with more bytes are refused with 413.
    std::size_t largest_body = SIZE_MAX;
    /// Told in `OCI-Chunk-Min-Length`.
    std::size_t smallest_part = 0;
    /// `user:password`; empty: nobody is asked.
    std::string basic_login = {};
    /// What it says to a part that it took; some answer 201 or 204.
    int part_status = 202;
    /// What it says to `GET` of an upload where `upload_status` is off.
    int no_upload_status = 404;
    /// `GET` of a blob honours Range.
    bool ranges = true;
    /// A list of tags that was cut off says where it goes on.
    bool links = true;
    /// A manifest whose content is not there is refused.
    bool checks_manifests = true;
    /// Deleting a manifest by its digest leaves its tags, as ggcr has it.
    bool tags_stay = false;
    /// `OCI-Subject` is told where the referrers API is.
    bool tells_subject = true;
    /// Manifests have an ETag, and `If-Match` and `If-None-Match` are honoured.
    bool conditions = false;
  };

  FakeRegistry();
  explicit FakeRegistry(Options options);

  HttpServer& server() { return server_; }
  std::string host() const { return server_.host(); }
  /// `HOST/NAME:TAG` or the like, to be parsed as a reference.
  std::string name(const std::string& repository) const { return host() + "/" + repository; }

  void add_blob(const std::string& repository, const std::string& content);
  void add_manifest(const std::string& repository, const std::string& reference,
                    const std::string& type, const std::string& content);
  std::optional<std::string> blob(const std::string& repository, const oci::Digest& digest) const;
  std::optional<std::string> manifest(const std::string& repository,
                                      const std::string& reference) const;

  /// Asked before the registry answers; an answer given here is sent in its place.
  void intercept(std::function<std::optional<HttpAnswer>(const HttpRequest&)> hook);

 private:
  struct StoredManifest {
    std::string type;
    std::string content;
  };
  struct Repository {
    std::map<std::string, std::string> blobs;         // by digest
    std::map<std::string, StoredManifest> manifests;  // by digest
    std::map<std::string, std::string> tags;          // to digests
    std::map<std::string, std::string> uploads;       // what has arrived, by id
  };

  HttpAnswer answer(const HttpRequest& request);
  HttpAnswer blobs(Repository& repository, const HttpRequest& request, const std::string& digest);
  HttpAnswer uploads(const std::string& name, const HttpRequest& request, const std::string& id);
  HttpAnswer open_upload(const std::string& name, const HttpRequest& request);
  HttpAnswer patch_upload(Repository& repository, const HttpRequest& request,
                          const std::string& id);
  HttpAnswer finish_upload(Repository& repository, const HttpRequest& request,
                           const std::string& id);
  HttpAnswer manifests(Repository& repository, const HttpRequest& request,
                       const std::string& reference);
  HttpAnswer put_manifest(Repository& repository, const HttpRequest& request,
                          const std::string& reference);
  HttpAnswer delete_manifest(Repository& repository, const std::string& reference);
  /// Whether the conditions of a request for a manifest hold.
  bool conditions_hold(const Repository& repository, const HttpRequest& request,
                       const std::string& reference) const;
  HttpAnswer referrers(const Repository& repository, const std::string& subject);
  HttpAnswer tag_list(const std::string& name, const Repository& repository,
                      const HttpRequest& request);

  const Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, Repository> repositories_;
  int next_upload_ = 1;
  std::function<std::optional<HttpAnswer>(const HttpRequest&)> hook_;
  HttpServer server_;  // last: its threads use the rest
};

/// The body of an error as the specification has it.
std::string error_body(const std::string& code, const std::string& message);

}  // namespace bale::test
