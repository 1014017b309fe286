// SPDX-License-Identifier: Apache-2.0
#include "oci/image_draft.h"

#include <algorithm>
#include <utility>

#include "oci/error.h"
#include "oci/image_format.h"
#include "oci/json.h"

namespace bale::oci {

namespace {

constexpr std::string_view kWhat = "image config";

bool makes_layer(const Json& line) { return !line.value("empty_layer", false); }

/// A history that tells of some layers only is worse than none: it is left as it is.
bool tells_of_all(const Json& history, std::size_t layers) {
  const auto told = std::count_if(history.begin(), history.end(), makes_layer);
  return static_cast<std::size_t>(told) == layers;
}

Json to_json(const History& history) {
  Json line = Json::object();
  if (!history.created.empty()) line["created"] = history.created;
  if (!history.created_by.empty()) line["created_by"] = history.created_by;
  if (!history.author.empty()) line["author"] = history.author;
  if (!history.comment.empty()) line["comment"] = history.comment;
  if (history.empty_layer) line["empty_layer"] = true;
  return line;
}

/// The parts of a config that speak of layers, open for changes.
class LayerRecords {
 public:
  explicit LayerRecords(ImageDraft& draft)
      : draft_(draft), config_(parse_json(draft.config, kWhat)) {
    if (!config_.is_object()) throw Error(ErrorCode::kCorrupt, "image config: expected an object");
    told_ = tells_of_all(history(), draft.manifest.layers.size());
  }

  Json& diff_ids() {
    Json& rootfs = member(config_, "rootfs", Json::object(), kWhat);
    return member(rootfs, "diff_ids", Json::array(), kWhat);
  }
  Json& history() { return member(config_, "history", Json::array(), kWhat); }
  bool told() const { return told_; }
  /// The line of a layer, where the history tells of all.
  Json::iterator line_of(std::size_t number) {
    return std::find_if(history().begin(), history().end(),
                        [&](const Json& line) { return makes_layer(line) && number-- == 0; });
  }
  void finish() {
    if (history().empty()) config_.erase("history");
    draft_.config = to_text(config_);
  }

 private:
  ImageDraft& draft_;
  Json config_;
  bool told_ = false;
};

}  // namespace

std::vector<DiffId> diff_ids_of(const ImageDraft& draft) {
  auto diff_ids = parse_image_config(draft.config).diff_ids;
  if (diff_ids.size() == draft.manifest.layers.size()) return diff_ids;
  throw Error(ErrorCode::kCorrupt, "the image for " + draft.platform.to_string() + " has " +
                                       std::to_string(draft.manifest.layers.size()) +
                                       " layers and " + std::to_string(diff_ids.size()) +
                                       " DiffIDs");
}

void append_layer(ImageDraft& draft, const LayerResult& layer, const History& line) {
  LayerRecords records(draft);
  records.diff_ids().push_back(layer.diff_id.to_string());
  if (records.told()) records.history().push_back(to_json(line));
  records.finish();
  draft.manifest.layers.push_back(layer.descriptor);
  unify_format(draft.manifest);
}

void add_history(ImageDraft& draft, History line) {
  LayerRecords records(draft);
  if (!records.told() || records.history().empty()) return;
  line.empty_layer = true;
  records.history().push_back(to_json(line));
  records.finish();
}

std::size_t drop_layers(ImageDraft& draft,
                        const std::function<bool(const DraftLayer& layer)>& is_meant) {
  LayerRecords records(draft);
  auto& layers = draft.manifest.layers;
  const auto diff_ids = diff_ids_of(draft);
  std::size_t dropped = 0;
  for (std::size_t i = layers.size(); i-- > 0;) {  // from the top, so that numbers stay true
    const std::string created_by =
        records.told() ? records.line_of(i)->value("created_by", "") : "";
    if (!is_meant({i, layers[i], diff_ids[i], created_by})) continue;
    const auto place = static_cast<std::ptrdiff_t>(i);
    if (records.told()) records.history().erase(records.line_of(i));
    records.diff_ids().erase(records.diff_ids().begin() + place);
    layers.erase(layers.begin() + place);
    ++dropped;
  }
  if (dropped > 0) records.finish();
  return dropped;
}

void replace_layers(ImageDraft& draft, const LayerResult& layer, const History& line) {
  LayerRecords records(draft);
  for (auto& old : records.history()) old["empty_layer"] = true;
  records.history().push_back(to_json(line));
  records.diff_ids() = Json::array({layer.diff_id.to_string()});
  records.finish();
  draft.manifest.layers = {layer.descriptor};
  unify_format(draft.manifest);
}

}  // namespace bale::oci
