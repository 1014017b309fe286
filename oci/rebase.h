// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/image_draft.h"

namespace bale::oci {

/// Puts an image that was built on `old_base` onto `new_base`, by its documents alone: the layers
/// of the one give way to those of the other, with their lines of the history. Of the config, what
/// the image has from the old base unchanged (each variable, label, port and volume by itself, the
/// other fields as a whole) becomes what the new base says; what the image says itself stays.
/// Throws kInvalid where `old_base` is not at the bottom of the image, by its DiffIDs.
void rebase(ImageDraft& image, const ImageDraft& old_base, const ImageDraft& new_base);

}  // namespace bale::oci
