// SPDX-License-Identifier: Apache-2.0
#include "registry/auth_check.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "oci/error.h"

namespace bale::registry {

namespace {

using Finding = AuthReport::Finding;
using Verdict = AuthReport::Verdict;

/// What registries say, and what it comes from.
struct KnownCause {
  std::string_view host;  ///< "": any
  std::string_view text;
  std::string_view reason;
};

constexpr KnownCause kCauses[] = {
    {"ghcr.io", "write_package",
     "the package does not grant this account or repository write "
     "access: package settings, \"Manage Actions access\", role Write; "
     "in a workflow also `permissions: packages: write`"},
    {"ghcr.io", "create_package",
     "the organisation does not let this token create packages, or "
     "the workflow lacks `permissions: packages: write`"},
    {"ghcr.io", "token provided does not match expected scopes",
     "the token lacks the scope write:packages (classic tokens) or is fine-grained, which ghcr.io "
     "does not take"},
    {"ghcr.io", "Resource not accessible by integration",
     "the workflow lacks `permissions: packages: write`"},
    {"ghcr.io", "SAML", "the token has to be authorised for the organisation's single sign-on"},
    {"ghcr.io", "DENIED: denied", "the token is not valid any more, or not for this owner"},
    {"", "credentials of",
     "the credentials named were sent and refused: they are wrong, have "
     "expired, or may not use this repository"},
    {"", "without credentials", "nobody is logged in: bale login HOST, or set REGISTRY_TOKEN"},
    {"", "project", "the project may be missing, or these credentials are no member of it"},
    {"", "insufficient_scope", "the credentials are valid, but not for this"},
};

std::string reason_of(const std::string& repository, const std::string& answer) {
  for (const KnownCause& cause : kCauses) {
    const bool host = repository.compare(0, cause.host.size(), cause.host) == 0;
    if (host && answer.find(cause.text) != std::string::npos) return std::string(cause.reason);
  }
  return {};
}

Finding examine(std::string what, const Repository& repository,
                const std::function<void()>& request) {
  try {
    request();
    return {std::move(what), Verdict::kAllowed, {}, {}};
  } catch (const oci::Error& error) {
    if (error.code() == oci::ErrorCode::kUnavailable ||
        error.code() == oci::ErrorCode::kInterrupted) {
      throw;
    }
    const bool denied = error.code() == oci::ErrorCode::kDenied;
    return {std::move(what), denied ? Verdict::kDenied : Verdict::kUnknown, error.what(),
            reason_of(repository.name(), error.what())};
  }
}

Finding examine_pull(const Repository& repository) {
  return examine("pull", repository, [&] {
    // A digest that nothing has: "not found" means that we may look.
    (void)repository.head_blob(oci::Digest::of(oci::as_bytes("bale auth check")));
  });
}

Finding examine_push(const Repository& repository) {
  Finding finding =
      examine("push", repository, [&] { repository.cancel_upload(repository.start_upload()); });
  if (finding.verdict != Verdict::kUnknown) return finding;
  finding.verdict = Verdict::kDenied;
  if (!finding.reason.empty()) return finding;
  if (finding.answer.find(": 405") != std::string::npos) {
    finding.reason = "the registry is read-only, or a mirror of another one";
  } else if (finding.answer.find(": 404") != std::string::npos) {
    finding.reason = "the repository has to be created first, or these credentials may not see it";
  }
  return finding;
}

}  // namespace

bool AuthReport::allowed() const {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.verdict == Verdict::kAllowed; });
}

AuthReport check_access(const Repository& pull, const Repository& push) {
  return {{examine_pull(pull), examine_push(push)}};
}

}  // namespace bale::registry
