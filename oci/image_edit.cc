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

/// In the words of the manifest that it joins.
Descriptor layer_of(const LayerResult& layer, bool docker) {
  Descriptor descriptor = layer.descriptor;
  const Compression packing = descriptor.media_type.layer_compression();
  descriptor.media_type = docker ? docker_layer_type(packing) : oci_layer_type(packing);
  return descriptor;
}

/// One run over the documents of an image.
class Editing {
 public:
  Editing(DocumentCache& documents, const ImageEdit& edit, const std::vector<Platform>& platforms)
      : documents_(documents), edit_(edit), platforms_(platforms) {}

  EditedImage run(const Descriptor& root) {
    if (!root.media_type.is_index()) return {image(root)};
    EditedImage result{root};
    Index index = read_index(documents_, root).value;
    for (const auto& platform : platforms_) select_platform(index, platform);
    for (auto& entry : index.manifests) edit_entry(entry);
    drop_stale_attestations(index, result);
    edit_annotations(index.annotations, edit_.index_annotations, edit_.unset_annotations);
    result.root = keep(make_document(std::move(index)));
    return result;
  }

 private:
  void edit_entry(Descriptor& entry) {
    if (is_attestation(entry) || !is_wanted(entry)) return;
    if (entry.media_type.is_index()) {
      throw Error(ErrorCode::kInvalid,
                  "an index inside an index is not edited: " + entry.digest.to_string(),
                  "name the platforms to edit with --platform");
    }
    if (!entry.media_type.is_manifest()) return;
    const Descriptor fresh = image(entry);
    if (fresh.digest != entry.digest) replaced_.insert(entry.digest);
    entry.digest = fresh.digest;
    entry.size = fresh.size;
    entry.data.reset();
    edit_annotations(entry.annotations, edit_.descriptor_annotations, edit_.unset_annotations);
  }

  bool is_wanted(const Descriptor& entry) const {
    return platforms_.empty() ||
           (entry.platform &&
            std::any_of(platforms_.begin(), platforms_.end(),
                        [&](const Platform& wanted) { return matches(*entry.platform, wanted); }));
  }

  Descriptor image(const Descriptor& root) {
    Manifest manifest = read_manifest(documents_, root).value;
    if (manifest.config.media_type.is_image_config()) edit_config(manifest);
    edit_annotations(manifest.annotations, edit_.manifest_annotations, edit_.unset_annotations);
    if (manifest == read_manifest(documents_, root).value) return root;
    return keep(make_document(std::move(manifest)));
  }

  void edit_config(Manifest& manifest) {
    const std::string old = read_blob(documents_, manifest.config, kMaxConfigSize);
    const std::string fresh = edited_config(old, edit_);
    manifest.config.digest = Digest::of(as_bytes(fresh));
    manifest.config.size = fresh.size();
    manifest.config.data.reset();
    documents_.keep(manifest.config, fresh);
    const bool docker = manifest.config.media_type.is_docker();
    for (const auto& layer : edit_.append) manifest.layers.push_back(layer_of(layer, docker));
  }

  /// What an attestation says, it says of bytes that are no more.
  void drop_stale_attestations(Index& index, EditedImage& result) const {
    std::erase_if(index.manifests, [&](const Descriptor& entry) {
      if (!is_attestation(entry)) return false;
      const auto subject = attested_digest(entry);
      if (!subject || !replaced_.contains(*subject)) return false;
      result.dropped_attestations.push_back(entry);
      return true;
    });
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
