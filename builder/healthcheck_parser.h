// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder/node.h"
#include "builder/source_text.h"
#include "oci/image_config.h"

namespace bale::builder {

/// What HEALTHCHECK asks for. Throws kInvalid with the marked line.
oci::Healthcheck parse_healthcheck(const SourceText& source, const Node& node);

}  // namespace bale::builder
