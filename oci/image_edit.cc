// SPDX-License-Identifier: Apache-2.0
#include "oci/image_edit.h"

#include <algorithm>
#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image.h"

namespace bale::oci {

namespace {

void edit_annotations(Annotations& annotations, const Annotations& set,
                      const std::set<std::string>& unset) {
  for (const auto& key : unset) annotations.erase(key);
  for (const auto& [key, value] : set) annotations[key] = value;
}

void refuse_annotations_of_docker(const MediaType& type, const Annotations& set) {
  if (!type.is_docker() || set.empty()) return;
  throw Error(ErrorCode::kInvalid, "a " + type.to_string() + " has no annotations",
              "say --format oci too");
}

/// Some documents leave their type to the descriptor. What is written here says it.
template <typename T>
void say_own_type(T& document, const Descriptor& descriptor) {
  if (document.media_type.empty()) document.media_type = descriptor.media_type;
}

/// One run over the documents of an image.
class Editing {
 public:
  Editing(DocumentCache& documents, const ImageEdit& edit, const std::vector<Platform>& platforms)
      : documents_(documents), edit_(edit), platforms_(platforms) {}

  EditedImage run(const Descriptor& root) {
    EditedImage result =
        root.media_type.is_index() ? edited_index(root) : EditedImage{edited_root(root)};
    result.dropped_fields = std::move(dropped_fields_);
    return result;
  }

 private:
  EditedImage edited_index(const Descriptor& root) {
    EditedImage result{root};
    Index before = read_index(documents_, root).value;
    say_own_type(before, root);
    Index index = before;
    for (const auto& platform : platforms_) select_platform(index, platform);
    refuse_many_for_one_platform(index);
    for (auto& entry : index.manifests) edit_entry(entry);
    drop_stale_attestations(index, result);
    finish_format(index, result);
    annotate(index);
    if (index == before) return result;
    index.manifests = canonical_order(std::move(index.manifests));
    refuse_twins(index);
    result.root = keep(make_document(std::move(index)));
    return result;
  }

  void refuse_many_for_one_platform(const Index& index) const {
    if (!edit_.platform.changes_platform()) return;
    const auto images =
        std::count_if(index.manifests.begin(), index.manifests.end(), [&](const Descriptor& entry) {
          return !is_attestation(entry) && entry.media_type.is_manifest() && is_wanted(entry);
        });
    if (images < 2) return;
    throw Error(ErrorCode::kInvalid,
                "one platform cannot be that of " + std::to_string(images) + " images",
                "name the image to change with --platform");
  }

  void edit_entry(Descriptor& entry) {
    if (is_attestation(entry) || !is_wanted(entry)) return;
    if (entry.media_type.is_index()) {
      throw Error(ErrorCode::kInvalid,
                  "an index inside an index is not edited: " + entry.digest.to_string(),
                  "name the platforms to edit with --platform");
    }
    if (!entry.media_type.is_manifest()) return;
    const Digest before = entry.digest;
    edit_image(entry);
    if (entry.digest != before) replaced_.insert(before);
    if (entry.platform) entry = edited(std::move(entry), edit_.platform);
    edit_annotations(entry.annotations, edit_.descriptor_annotations, edit_.unset_annotations);
  }

  bool is_wanted(const Descriptor& entry) const {
    return platforms_.empty() ||
           (entry.platform &&
            std::any_of(platforms_.begin(), platforms_.end(),
                        [&](const Platform& wanted) { return matches(*entry.platform, wanted); }));
  }

  Descriptor edited_root(const Descriptor& root) {
    if (!edit_.index_annotations.empty() || !edit_.descriptor_annotations.empty()) {
      throw Error(
          ErrorCode::kInvalid,
          "there is no index to annotate: " + root.digest.to_string() + " is a single manifest",
          "annotate the manifest");
    }
    Descriptor fresh = root;
    edit_image(fresh);
    if (edit_.format == ImageFormat::kDocker && !fresh.media_type.is_docker()) {
      throw Error(ErrorCode::kInvalid, "Docker's format holds images alone, and " +
                                           root.digest.to_string() + " is an artifact");
    }
    return fresh;
  }

  void edit_image(Descriptor& entry) {
    Manifest before = read_manifest(documents_, entry).value;
    say_own_type(before, entry);
    Manifest manifest = before;
    const bool is_image = manifest.config.media_type.is_image_config();
    if (is_image) edit_draft(entry, manifest);
    if (is_image && edit_.format) dropped_fields_.merge(set_format(manifest, *edit_.format));
    refuse_annotations_of_docker(manifest.media_type, edit_.manifest_annotations);
    edit_annotations(manifest.annotations, edit_.manifest_annotations, edit_.unset_annotations);
    if (manifest == before) return;
    const Descriptor fresh = keep(make_document(std::move(manifest)));
    entry.media_type = fresh.media_type;
    entry.digest = fresh.digest;
    entry.size = fresh.size;
    entry.data.reset();
  }

  void edit_draft(Descriptor& entry, Manifest& manifest) {
    const std::string before = read_blob(documents_, manifest.config, kMaxConfigSize);
    const Platform own = parse_image_config(before).platform;
    ImageDraft draft{std::move(manifest), before, entry.platform.value_or(own), entry.annotations};
    if (edit_.image) edit_.image(draft);
    if (edit_.platform.changes_platform()) change_platform(draft, own);
    if (draft.config != before) keep_config(draft);
    manifest = std::move(draft.manifest);
    entry.annotations = std::move(draft.entry_annotations);
  }

  void change_platform(ImageDraft& draft, const Platform& own) const {
    Descriptor entry = draft.manifest.config;
    entry.platform = own;
    ConfigEdit edit;
    edit.platform = edited(std::move(entry), edit_.platform).platform;
    draft.config = edited_config(draft.config, edit);
  }

  void keep_config(ImageDraft& draft) {
    Descriptor& config = draft.manifest.config;
    config.digest = Digest::of(as_bytes(draft.config));
    config.size = draft.config.size();
    config.data.reset();
    documents_.keep(config, draft.config);
  }

  void drop_stale_attestations(Index& index, EditedImage& result) const {
    const bool keep = edit_.attestations == StaleAttestations::kKeep;
    auto& stale = keep ? result.kept_attestations : result.dropped_attestations;
    std::erase_if(index.manifests, [&](const Descriptor& entry) {
      if (!is_attestation(entry)) return false;
      const auto subject = attested_digest(entry);
      if (!subject || !replaced_.contains(*subject)) return false;
      stale.push_back(entry);
      return !keep;
    });
  }

  /// A Docker list has Docker's images only; where not all of them are to become that, the index
  /// stays an OCI index.
  void finish_format(Index& index, EditedImage& result) {
    if (!edit_.format) return;
    const bool docker = *edit_.format == ImageFormat::kDocker && platforms_.empty();
    if (docker) {
      std::erase_if(index.manifests, [&](const Descriptor& entry) {
        if (entry.media_type.is_docker() && !is_attestation(entry)) return false;
        result.dropped_entries.push_back(entry);
        return true;
      });
      if (index.subject) dropped_fields_.insert("subject");
      index.subject.reset();
      index.artifact_type.clear();
      leave_out(index.annotations, dropped_fields_);
      for (auto& entry : index.manifests) leave_out(entry.annotations, dropped_fields_);
    }
    index.media_type =
        in_format(index.media_type, docker ? ImageFormat::kDocker : ImageFormat::kOci);
  }

  void annotate(Index& index) const {
    refuse_annotations_of_docker(index.media_type, edit_.index_annotations);
    refuse_annotations_of_docker(index.media_type, edit_.descriptor_annotations);
    edit_annotations(index.annotations, edit_.index_annotations, edit_.unset_annotations);
  }

  /// Two images for one platform: nobody could say which is meant.
  void refuse_twins(const Index& index) const {
    if (!edit_.platform.changes_platform()) return;
    Index checked;
    put_entries(checked, index.manifests);
  }

  template <typename T>
  Descriptor keep(const Document<T>& document) {
    documents_.keep(document.descriptor, document.bytes);
    return document.descriptor;
  }

  DocumentCache& documents_;
  const ImageEdit& edit_;
  const std::vector<Platform>& platforms_;
  std::set<Digest> replaced_;
  std::set<std::string> dropped_fields_;
};

}  // namespace

EditedImage edit_image(DocumentCache& documents, const Descriptor& root, const ImageEdit& edit,
                       const std::vector<Platform>& platforms) {
  if (!root.media_type.is_index() && !platforms.empty()) {
    for (const auto& platform : platforms) select_image(documents, root, platform);
  }
  return Editing(documents, edit, platforms).run(root);
}

}  // namespace bale::oci
