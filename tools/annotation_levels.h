// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "oci/descriptor.h"

namespace bale::tools {

/// Annotations by the document that gets them.
struct AnnotationLevels {
  oci::Annotations index = {};
  oci::Annotations manifest = {};
  oci::Annotations manifest_descriptor = {};
};

/// `[LEVEL,...:]KEY=VALUE` of a repeatable option; without a level the manifest is meant. Throws
/// kInvalid for anything else.
AnnotationLevels parse_annotation_levels(const std::vector<std::string>& texts);

}  // namespace bale::tools
