// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "oci/config_edit.h"
#include "oci/image_config.h"
#include "oci/layer_writer.h"
#include "oci/manifest.h"

namespace bale::oci {

/// An image on its way to another: both of its documents, so that layers, DiffIDs and history can
/// be changed together. The config is the text that came, and changed as JSON only where an edit
/// says something new.
struct ImageDraft {
  Manifest manifest;
  std::string config;
  Platform platform = {};              ///< what the image is for, for messages and choices
  Annotations entry_annotations = {};  ///< of its entry in an index
};

/// Puts a layer on top, with a line of the history where that tells of all the layers below.
void append_layer(ImageDraft& draft, const LayerResult& layer, const History& line);

/// Adds a line that tells of no layer, where there is a history.
void add_history(ImageDraft& draft, History line);

/// Whether a layer, the `number`th from the bottom (from 0), is meant.
struct DraftLayer {
  std::size_t number;
  const Descriptor& descriptor;
  const DiffId& diff_id;
  const std::string& created_by;  ///< of its line of the history, or ""
};

/// Takes out the layers that `is_meant` says, each with its line of the history; the others keep
/// their order. Returns how many those were.
std::size_t drop_layers(ImageDraft& draft,
                        const std::function<bool(const DraftLayer& layer)>& is_meant);

/// One layer in place of all, which holds what they amount to. The lines of the history stay, as
/// those of instructions without a layer, and `line` tells of the new one.
void replace_layers(ImageDraft& draft, const LayerResult& layer, const History& line);

/// The DiffIDs of the draft's layers. Throws kCorrupt where there is not one for each.
std::vector<DiffId> diff_ids_of(const ImageDraft& draft);

}  // namespace bale::oci
