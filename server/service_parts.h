// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the .cc files of RegistryService alone.

#include <optional>
#include <shared_mutex>
#include <string>

#include "server/api_error.h"
#include "server/document_links.h"
#include "server/http_message.h"
#include "server/memory_budget.h"
#include "server/repository_view.h"
#include "server/route.h"
#include "server/served_images.h"
#include "server/upload_sessions.h"

namespace bale::server {

/// What the endpoints work on.
struct ServiceParts {
  ServedImages& images;
  UploadSessions uploads;
  MemoryBudget manifest_memory;
  DocumentLinksCache links;
  /// Held shared by who gives tags, alone by who first looks at what is there: a conditional write,
  /// a deletion.
  std::shared_mutex naming;

  RepositoryView view(const std::string& repository) {
    return RepositoryView(images, links, repository);
  }
};

// Each answers every method of its endpoint.
Answer answer_manifest(ServiceParts& parts, const HttpRequest& request, const Route& route);
Answer answer_blob(ServiceParts& parts, const HttpRequest& request, const Route& route);
Answer answer_uploads(ServiceParts& parts, const HttpRequest& request, const Route& route);
Answer answer_upload(ServiceParts& parts, const HttpRequest& request, const Route& route);
Answer answer_tags(ServiceParts& parts, const HttpRequest& request, const Route& route);
Answer answer_catalog(ServiceParts& parts, const HttpRequest& request);
Answer answer_referrers(ServiceParts& parts, const HttpRequest& request, const Route& route);

HttpResponse method_not_allowed(const std::string& allowed);
HttpResponse json_response(std::string body);
/// `"DIGEST"`
std::string entity_tag(const oci::Digest& digest);
/// Whether a list of entity tags (If-Match, If-None-Match) has this one, or is `*`.
bool names_entity(const std::string& list, const oci::Digest& digest);

bool is_read(const HttpRequest& request);

}  // namespace bale::server
