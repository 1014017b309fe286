// SPDX-License-Identifier: Apache-2.0
// Sets a label on every platform of an image, and pushes the result. The layout that the image came
// from stays as it is.
//
//   edit-label LAYOUT TAG KEY=VALUE REGISTRY/REPOSITORY:TAG
#include <iostream>
#include <memory>
#include <string>

#include "oci/config_edit.h"
#include "oci/document_cache.h"
#include "oci/error.h"
#include "oci/image_draft.h"
#include "oci/image_edit.h"
#include "oci/image_layout.h"
#include "oci/reference.h"
#include "registry/http_client.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "registry/user_keychain.h"

namespace {

using namespace bale;

oci::ImageEdit with_label(const std::string& pair) {
  const auto equals = pair.find('=');
  if (equals == std::string::npos) {
    throw oci::Error(oci::ErrorCode::kInvalid, "label " + pair + ": not KEY=VALUE");
  }
  oci::ConfigEdit label;
  label.labels = {{pair.substr(0, equals), pair.substr(equals + 1)}};
  return {.image = [label](oci::ImageDraft& image) {
    image.config = oci::edited_config(image.config, label);
  }};
}

registry::PushResult push(const oci::BlobProvider& blobs, const oci::Descriptor& root,
                          const oci::Reference& name) {
  registry::HttpClient client;  // starts its thread, and ends it
  const registry::UserKeychain keychain({.push_hosts = {name.host}});
  registry::Registries registries(client, keychain);
  const auto repository = registries.repository(name, registry::Repository::Access::kPush);
  return registry::push_image(blobs, root, repository, {.tags = {name.tag.value()}});
}

void edit_label(const std::string& layout, const std::string& tag, const std::string& label,
                const std::string& target) {
  const auto from = std::make_shared<const oci::ImageLayout>(oci::ImageLayout::open(layout));
  oci::DocumentCache documents(from);  // new documents stay in memory, layers are read through it
  const auto edited = oci::edit_image(documents, from->resolve(tag), with_label(label));
  const auto name = oci::Reference::parse(target).with_default_tag();
  const auto result = push(documents, edited.root, name);
  std::cout << name.with_digest(edited.root.digest).to_string() << '\n';
  std::cerr << result.manifests << " manifests and " << result.blobs.uploaded << " blobs sent\n";
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::cerr << "usage: edit-label LAYOUT TAG KEY=VALUE REGISTRY/REPOSITORY:TAG\n";
    return 2;
  }
  edit_label(argv[1], argv[2], argv[3], argv[4]);
  return 0;
} catch (const oci::Error& error) {
  std::cerr << "edit-label: " << error.what() << '\n';
  if (!error.hint().empty()) std::cerr << "hint: " << error.hint() << '\n';
  return 1;
}
