// SPDX-License-Identifier: Apache-2.0
#include "tools/mutate_rebase.h"

#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/rebase.h"

namespace bale::tools {

namespace {

constexpr const char* kBaseName = "org.opencontainers.image.base.name";
constexpr const char* kBaseDigest = "org.opencontainers.image.base.digest";

std::pair<std::string, std::string> split_names(const std::string& text) {
  const auto equals = text.find('=');
  if (equals != std::string::npos && equals > 0 && equals + 1 < text.size()) {
    return {text.substr(0, equals), text.substr(equals + 1)};
  }
  throw oci::Error(oci::ErrorCode::kInvalid, "--rebase " + text + ": not OLD=NEW",
                   "for instance --rebase debian:12.1=debian:12.2");
}

/// The base as `base.name` has it: a full reference without a digest, which stands beside it.
std::string name_of(const oci::ImageName& name) {
  if (!name.reference) return name.to_string();
  oci::Reference reference = *name.reference;
  reference.digest.reset();
  return reference.to_string();
}

/// Those of the base's annotations that are present, as they are to be.
oci::Annotations base_annotations(const oci::Annotations& present, const oci::ImageName& base,
                                  const oci::Digest& digest) {
  oci::Annotations fresh;
  if (present.contains(kBaseName)) fresh[kBaseName] = name_of(base);
  if (present.contains(kBaseDigest)) fresh[kBaseDigest] = digest.to_string();
  return fresh;
}

}  // namespace

Rebase::Base::Base(Program& program, const std::string& name)
    : image(open_image(program, name)),
      documents(std::make_shared<oci::DocumentCache>(image.blobs)) {}

oci::ImageDraft Rebase::Base::draft(const oci::Platform& platform,
                                    oci::Descriptor& manifest) const {
  try {
    manifest = oci::select_image(*documents, image.root, platform);
    auto value = oci::read_manifest(*documents, manifest).value;
    auto config = oci::read_blob(*documents, value.config, oci::kMaxConfigSize);
    return {std::move(value), std::move(config), platform};
  } catch (const oci::Error& error) {
    throw error.in("base " + image.name.to_string());
  }
}

Rebase::Rebase(Program& program, const std::string& old_and_new)
    : Rebase(program, split_names(old_and_new)) {}

Rebase::Rebase(Program& program, const std::pair<std::string, std::string>& names)
    : program_(program), old_(program, names.first), new_(program, names.second) {}

void Rebase::apply(oci::ImageDraft& draft) {
  oci::Descriptor manifest = draft.manifest.config;  // set below
  const auto old_base = old_.draft(draft.platform, manifest);
  const auto new_base = new_.draft(draft.platform, manifest);
  try {
    oci::rebase(draft, old_base, new_base);
  } catch (const oci::Error& error) {
    throw error.in("rebasing from " + old_.image.name.to_string());
  }
  for (auto* annotations : {&draft.manifest.annotations, &draft.entry_annotations}) {
    auto fresh = base_annotations(*annotations, new_.image.name, manifest.digest);
    fresh.merge(*annotations);
    *annotations = std::move(fresh);
  }
  used_.push_back(std::move(manifest));
}

oci::Annotations Rebase::index_annotations(const oci::Annotations& present) const {
  return base_annotations(present, new_.image.name, new_.image.root.digest);
}

oci::BlobOrigins Rebase::origins() const {
  if (!is_in_registry(new_.image)) return origins_of(program_, new_.image, *new_.documents);
  oci::BlobOrigins origins;
  for (const auto& manifest : used_) {
    OpenedImage image = new_.image;
    image.root = manifest;
    origins.merge(origins_of(program_, image, *new_.documents));
  }
  return origins;
}

}  // namespace bale::tools
