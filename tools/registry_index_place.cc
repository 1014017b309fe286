// SPDX-License-Identifier: Apache-2.0
#include "tools/registry_index_place.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "oci/error.h"
#include "registry/delete_tag.h"
#include "registry/retry.h"
#include "tools/push_flow.h"

namespace bale::tools {

namespace {

/// Each round is lost to somebody who won it, so this many rivals finish first.
constexpr int kRounds = 50;

using Clock = std::chrono::steady_clock;

/// A registry that knows no conditions takes what a rival writes who read before we wrote. Whoever
/// looks again after rivals have had their time, each after another while, finds that out.
void let_rivals_write(Clock::duration own_time) {
  constexpr Clock::duration kLeast = std::chrono::milliseconds(50);
  constexpr Clock::duration kMost = std::chrono::seconds(2);
  const auto time = std::clamp(2 * own_time, kLeast, kMost);
  std::this_thread::sleep_for(time * (1.0 + registry::random_fraction()));
}

std::optional<PlacedImage> placed(const std::optional<registry::FetchedManifest>& fetched) {
  if (!fetched) return std::nullopt;
  const oci::Descriptor& root = fetched->descriptor;
  if (!root.media_type.is_index()) return PlacedImage{root, std::nullopt};
  return PlacedImage{
      root, oci::Document<oci::Index>{root, fetched->bytes, oci::parse_index(fetched->bytes)}};
}

}  // namespace

RegistryIndexPlace::RegistryIndexPlace(Program& program, oci::Reference name)
    : program_(program),
      name_(std::move(name)),
      repository_(program.repository(name_, registry::Repository::Access::kPush)) {}

std::optional<PlacedImage> RegistryIndexPlace::read() {
  return placed(repository_.find_manifest(*name_.tag));
}

void RegistryIndexPlace::bring(const IndexSource& source) {
  if (source.repository && source.repository->name() == name_.name()) return;
  const auto options =
      source.repository
          ? pusher_options(program_, [origins = origins_of(source)] { return origins; })
          : pusher_options(program_);
  registry::BlobPusher pusher(repository_, options, program_.progress(), program_.stop());
  for (const auto& entry : source.entries) {
    registry::push_image(*source.blobs, entry, pusher, {});
  }
}

oci::Document<oci::Index> RegistryIndexPlace::update(const Edit& edit) {
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Clock::now();
    const auto fetched = repository_.find_manifest(*name_.tag);
    const auto now = placed(fetched);
    const auto document = changed_document(now, edit);
    if (!document) return *now->index;
    const auto written = repository_.put_manifest_unless_changed(
        *name_.tag, fetched, document->descriptor, document->bytes);
    if (!written) continue;
    if (fetched) let_rivals_write(Clock::now() - begin);
    const auto after = repository_.head_manifest(*name_.tag);
    if (after && after->digest == document->descriptor.digest) return *document;
  }
  throw oci::Error(oci::ErrorCode::kFailed,
                   "writing " + name_.to_string() + ": others keep changing it",
                   "run it again when they are done");
}

bool RegistryIndexPlace::remove() {
  if (!repository_.head_manifest(*name_.tag)) return false;
  // Allowed to delete, which reading and writing need not be.
  registry::delete_tag(program_.repository(name_, registry::Repository::Access::kDelete),
                       *name_.tag);
  return true;
}

}  // namespace bale::tools
