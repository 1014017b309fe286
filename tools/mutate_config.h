// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "oci/image_edit.h"
#include "tools/mutate_options.h"

namespace bale::tools {

/// What the options say of configs. Throws kInvalid.
oci::ConfigEdit config_edit(const MutateOptions& options);

/// What the options say of platforms and annotations. Throws kInvalid.
oci::ImageEdit document_edit(const MutateOptions& options);

/// Nothing that is made here is later: --created, else $SOURCE_DATE_EPOCH. Throws kInvalid.
std::optional<std::chrono::sys_seconds> latest_time(const MutateOptions& options);

/// The line of the history for a layer or an edit: `created_by` unless --created-by says it. Its
/// time is what `latest_time` says, else that of the image, so that the same call gives the same
/// digest.
oci::History history_line(const MutateOptions& options, const oci::ImageDraft& draft,
                          std::string created_by);

}  // namespace bale::tools
