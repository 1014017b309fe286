// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "oci/blob_store.h"
#include "oci/validate.h"

namespace bale::oci {

/// Where GoogleTest finds it.
void PrintTo(const Fault& fault, std::ostream* out);

}  // namespace bale::oci

namespace bale::test {

using Json = nlohmann::ordered_json;

/// An index of one image, each document of which a test may spoil before it is stored: as JSON,
/// then as text.
struct SpoiledImage {
  std::function<void(Json&)> index = {};
  std::function<void(Json&)> manifest = {};
  std::function<void(Json&)> config = {};
  std::function<void(std::string&)> index_text = {};
  std::function<void(std::string&)> manifest_text = {};
  std::function<void(std::string&)> config_text = {};
};

/// Stores it, and describes the index.
oci::Descriptor add_spoiled(oci::BlobStore& store, const SpoiledImage& spoiled);

/// The faults of the image, with the digest of the document in front of each place left out.
std::vector<oci::Fault> faults_of(const SpoiledImage& spoiled);

/// What reading all of the image throws, or "".
std::string refusal_of(const SpoiledImage& spoiled);

}  // namespace bale::test
