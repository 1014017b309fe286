// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "oci/image_edit.h"
#include "tools/command_line.h"
#include "tools/open_image.h"

namespace bale::tools {

/// `--format oci|docker`, also as podman and skopeo spell it. `target` must live until the command
/// line is parsed.
Option add_format_option(const Command& command, std::optional<oci::ImageFormat>& target);

/// The image with its documents in that format; warns of what it does not hold. Layers stay as they
/// are. Throws kInvalid where they cannot.
OpenedImage in_format(Program& program, const OpenedImage& image, oci::ImageFormat format);

/// Says what an edit left out, or kept though it may mislead, and why.
void warn_about(Program& program, const oci::EditedImage& edited);

}  // namespace bale::tools
