// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/digest.h"
#include "oci/error.h"
#include "registry/registry_host.h"
#include "registry/upload_limits.h"

namespace bale::registry {

/// One way to a repository: a mirror, or the registry itself.
struct Route {
  std::shared_ptr<RegistryHost> host;  ///< shared with other repositories there
  std::string repository;              ///< as it is called there
  enum class Role { kRegistry, kMirror } role = Role::kRegistry;
};

/// A manifest or index as it came, verified where it was asked for by digest.
struct FetchedManifest {
  oci::Descriptor descriptor;
  std::string bytes;
  std::string etag = {};  ///< for a conditional request, or "" where the registry gives none
};

/// What a registry said to a manifest that it took.
struct PutAnswer {
  bool lists_subject = false;  ///< the manifest is now among the referrers of its subject
};

/// Where an upload goes on; the newest location counts.
struct Upload {
  Url location;
  std::uint64_t offset = 0;         ///< bytes that the registry has
  std::uint64_t chunk_minimum = 0;  ///< what it wants parts to have at least, but for the last
};

/// What a registry, or a proxy before it, made of content that it was sent.
struct PartAnswer {
  enum class Verdict {
    kTaken,
    kTooLarge,   ///< 413: for one request
    kMisplaced,  ///< 416: it is of another opinion on what comes next, or on sizes
    kRefused,    ///< for another reason that lies in the request
  } verdict;
  Upload upload;                                   ///< kTaken: what to go on with
  std::optional<oci::Error> error = std::nullopt;  ///< all others
};

/// A repository in a registry: one method per endpoint of the distribution specification. As a
/// BlobProvider it serves blobs and, by their media types, manifests. Reads try the routes in
/// order, writes go to the registry itself. A value that shares its state with its copies;
/// thread-safe. Every method throws kDenied, kUnavailable or kInterrupted besides what it says.
class Repository final : public oci::BlobProvider {
 public:
  /// What requests may need to be allowed.
  enum class Access { kPull, kPush, kDelete };

  /// `name` is `HOST/REPOSITORY` for messages. At least one route, of which the last is the
  /// registry's.
  Repository(std::string name, std::vector<Route> routes, Access access, std::stop_token stop = {});
  ~Repository() override;
  Repository(const Repository&);
  Repository& operator=(const Repository&);

  const std::string& name() const;
  /// `HOST/REPOSITORY:TAG` or `HOST/REPOSITORY@DIGEST`.
  std::string name_of(std::string_view reference) const;
  /// The same repository, whose requests end when `stop` is asked for.
  Repository with_stop(std::stop_token stop) const;
  /// Whether blobs of `other` may be mounted here, since both are in one registry.
  bool shares_registry_with(const Repository& other) const;

  /// `GET /v2/`: that the registry is there and lets us in.
  void ping() const;

  /// `GET /manifests/TAG-OR-DIGEST`. Throws kNotFound; kCorrupt where digest or types disagree.
  FetchedManifest get_manifest(std::string_view reference) const;
  /// The same, or nothing where there is none.
  std::optional<FetchedManifest> find_manifest(std::string_view reference) const;
  /// The same for a tag or digest, without the content where the registry tells digest, type and
  /// size in its headers. Nothing where there is no such manifest.
  std::optional<oci::Descriptor> head_manifest(std::string_view reference) const;
  /// `PUT /manifests/TAG-OR-DIGEST`: exactly these bytes. Throws kCorrupt where the registry
  /// computed another digest than the descriptor's.
  PutAnswer put_manifest(std::string_view reference, const oci::Descriptor& descriptor,
                         std::string_view bytes) const;
  /// The same for a tag, on the condition that it is still as `seen`, or, without it, that there is
  /// none (RFC 9110, section 13.1). Nothing where the registry says that it is not so; one that
  /// knows no conditions writes in any case.
  std::optional<PutAnswer> put_manifest_unless_changed(std::string_view tag,
                                                       const std::optional<FetchedManifest>& seen,
                                                       const oci::Descriptor& descriptor,
                                                       std::string_view bytes) const;
  /// Deletes a manifest by digest, with all its tags; or a tag where the registry can do that.
  /// Throws kNotFound; kFailed where the registry does not do it.
  void delete_manifest(std::string_view reference) const;

  /// The blob's size, or nothing where the repository has none of that digest.
  std::optional<std::uint64_t> head_blob(const oci::Digest& digest) const;
  /// `GET /blobs/DIGEST` from a byte on, not verified here. A break is mended by asking for the
  /// rest.
  std::unique_ptr<oci::Source> get_blob(const oci::Descriptor& descriptor,
                                        std::uint64_t offset = 0) const;

  /// `POST /blobs/uploads/`.
  Upload start_upload(Clock::time_point not_before = {}) const;
  /// Asks for a blob of another repository of this registry. Nothing: it is mounted. An upload:
  /// the registry did not, and has opened one in its place; use it.
  std::optional<Upload> mount_blob(const oci::Digest& digest, const Repository& from) const;
  /// `PATCH`: the part that follows what the registry has. An upload that it has lost is kNotFound.
  PartAnswer patch_upload(const Upload& upload, Body part) const;
  /// `DELETE` of an upload; whether the registry did it is nobody's concern.
  void cancel_upload(const Upload& upload) const;
  /// `GET` of an upload: how much the registry has. Nothing where it does not say.
  std::optional<Upload> upload_status(const Upload& upload,
                                      Clock::time_point not_before = {}) const;
  /// The `PUT` that ends an upload, with the whole blob or with nothing after its parts. `content`
  /// is opened for each attempt. kMisplaced is never an answer. Throws kCorrupt where the registry
  /// computed another digest.
  PartAnswer put_upload(const Upload& upload, const oci::Descriptor& descriptor,
                        Body content) const;
  /// What uploads have to keep to at this registry.
  UploadLimits& upload_limits() const;

  /// `GET /tags/list`, all pages, as the registry orders them.
  std::vector<std::string> tags() const;
  /// Descriptors of what refers to `subject`: the API, and the fallback tag where that is missing
  /// or answers nothing.
  std::vector<oci::Descriptor> referrers(const oci::Digest& subject) const;

  std::optional<std::uint64_t> size(const oci::Digest& digest) const override;

 private:
  class State;
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override;
  std::vector<std::string> list_tags() const;

  std::shared_ptr<State> state_;  // shared with copies and with sources that outlive a call
};

/// All manifest types that we read, for `Accept`.
const std::string& accepted_manifests();

}  // namespace bale::registry
