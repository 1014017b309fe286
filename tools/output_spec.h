// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "oci/image_name.h"

namespace bale::tools {

/// `type=oci|oci-archive|docker-archive,dest=PATH` as the place that it means; `name` is what the
/// image is called there. Throws kInvalid.
oci::ImageName parse_output_spec(std::string_view text, const std::optional<oci::Reference>& name);

}  // namespace bale::tools
