// SPDX-License-Identifier: Apache-2.0
#include "tools/mutate_layers.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "builder/context_tree.h"
#include "builder/folder_layer.h"
#include "builder/layer_tables.h"
#include "builder/squash.h"
#include "oci/completing_provider.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/image_walk.h"
#include "oci/recompress.h"
#include "tools/blob_place.h"
#include "tools/mutate_config.h"

namespace bale::tools {

namespace fs = std::filesystem;

namespace {

/// A table of contents that nobody asked for.
class NullSink final : public oci::Sink {
 public:
  void write(oci::Bytes) override {}
};

std::optional<std::size_t> parse_number(const std::string& text) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::regex parse_expression(const std::string& text) {
  try {
    return std::regex(text, std::regex::extended);
  } catch (const std::regex_error& error) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "--drop-created-by " + text + ": " + std::string(error.what()));
  }
}

std::vector<builder::StageLayer> layers_of(const oci::ImageDraft& draft) {
  const auto diff_ids = oci::diff_ids_of(draft);
  std::vector<builder::StageLayer> layers;
  for (const auto& layer : draft.manifest.layers) {
    if (oci::is_foreign(layer)) {
      throw oci::Error(oci::ErrorCode::kInvalid, "layer " + layer.digest.to_string() +
                                                     " is kept by its own server alone, and "
                                                     "cannot be squashed");
    }
    layers.push_back({layer, diff_ids[layers.size()]});
  }
  return layers;
}

bool are_files(const std::vector<builder::StageLayer>& layers, const oci::BlobProvider& blobs) {
  return std::all_of(layers.begin(), layers.end(), [&](const builder::StageLayer& layer) {
    return blobs.open_file(layer.descriptor.digest).has_value();
  });
}

}  // namespace

oci::LayerOptions layer_options(const MutateOptions& options) {
  oci::LayerOptions parsed = parse_layer_options(options.packing);
  if (const auto latest = latest_time(options)) {
    parsed.clamp_mtime = latest->time_since_epoch().count();
  }
  return parsed;
}

LayerAppends::LayerAppends(Program& program, const MutateOptions& options,
                           std::shared_ptr<oci::BlobStore> place)
    : program_(program), options_(options), place_(std::move(place)) {
  for (const auto& text : options.layers) {
    Append append{text, std::nullopt, text};
    const auto equals = text.find('=');
    // A path that is there may have an equals sign of its own.
    if (equals != std::string::npos && !fs::exists(text)) {
      append.platform = oci::Platform::parse(text.substr(0, equals));
      append.path = text.substr(equals + 1);
    }
    if (!fs::exists(append.path)) {
      throw oci::Error(oci::ErrorCode::kNotFound, "--append " + text + ": no such file or folder");
    }
    appends_.push_back(std::move(append));
  }
}

void LayerAppends::apply(oci::ImageDraft& draft) {
  for (auto& append : appends_) {
    if (append.platform && !oci::matches(draft.platform, *append.platform)) continue;
    append.used = true;
    // Without the folder that it stands in, which differs from machine to machine.
    const fs::path path = fs::path(append.path).lexically_normal();
    const std::string name = (path.has_filename() ? path : path.parent_path()).filename().string();
    oci::append_layer(draft, layer(append.path),
                      history_line(options_, draft, "bale mutate --append " + name));
  }
}

void LayerAppends::check_used() const {
  const auto unused = std::find_if(appends_.begin(), appends_.end(),
                                   [](const Append& append) { return !append.used; });
  if (unused == appends_.end()) return;
  throw oci::Error(oci::ErrorCode::kNotFound,
                   "--append " + unused->text + ": no image for that platform is changed");
}

const oci::LayerResult& LayerAppends::layer(const std::string& path) {
  const auto known = packed_.find(path);
  if (known != packed_.end()) return known->second;
  return packed_.emplace(path, pack(path)).first->second;
}

oci::LayerResult LayerAppends::pack(const std::string& path) const {
  const auto options = layer_options(options_);
  if (!fs::is_directory(path)) {
    try {
      return oci::pack_tar(path, *place_, program_.pool(), options);
    } catch (const oci::Error& error) {
      throw error.in("--append");
    }
  }
  NullSink toc;
  oci::LayerWriter writer(*place_, program_.pool(), options, toc, program_.stop());
  builder::write_folder(builder::ContextTree(path), writer);
  return writer.finish();
}

LayerDrops::LayerDrops(const MutateOptions& options) {
  for (const auto& text : options.drop_layers) {
    Selector selector{"--drop-layer " + text, parse_number(text), oci::Digest::try_parse(text)};
    if (!selector.number && !selector.digest) {
      throw oci::Error(oci::ErrorCode::kInvalid, selector.text + ": neither a number nor a digest",
                       "bale inspect shows both; 1 is the lowest layer");
    }
    selectors_.push_back(std::move(selector));
  }
  for (const auto& text : options.drop_created_by) {
    Selector selector{"--drop-created-by " + text};
    selector.created_by = parse_expression(text);
    selectors_.push_back(std::move(selector));
  }
}

bool LayerDrops::Selector::means(const oci::DraftLayer& layer) const {
  if (number) return *number == layer.number + 1;
  if (digest) return *digest == layer.descriptor.digest || *digest == layer.diff_id.digest();
  return std::regex_search(layer.created_by, *created_by);
}

void LayerDrops::apply(oci::ImageDraft& draft) {
  const std::size_t layers = draft.manifest.layers.size();
  for (const auto& selector : selectors_) {
    if (!selector.number || (*selector.number > 0 && *selector.number <= layers)) continue;
    throw oci::Error(oci::ErrorCode::kNotFound,
                     selector.text + ": the image for " + draft.platform.to_string() + " has " +
                         std::to_string(layers) + " layers, counted from 1");
  }
  if (selectors_.empty()) return;
  oci::drop_layers(draft, [this](const oci::DraftLayer& layer) {
    bool meant = false;
    for (auto& selector : selectors_) {
      if (!selector.means(layer)) continue;
      selector.used = meant = true;
    }
    return meant;
  });
}

void LayerDrops::check_used() const {
  const auto unused = std::find_if(selectors_.begin(), selectors_.end(),
                                   [](const Selector& selector) { return !selector.used; });
  if (unused == selectors_.end()) return;
  throw oci::Error(oci::ErrorCode::kNotFound, unused->text + ": no image has such a layer");
}

void LayerSquash::apply(oci::ImageDraft& draft,
                        const std::shared_ptr<const oci::BlobProvider>& blobs) {
  if (draft.manifest.layers.size() < 2) return;
  const auto layers = layers_of(draft);
  const auto task = program_.progress().start("squash", draft.platform.to_string());
  // Each is read twice: for its table, and for what is left of it.
  std::shared_ptr<const oci::BlobProvider> near = blobs;
  std::shared_ptr<oci::BlobStore> fetched;
  if (!are_files(layers, *blobs)) {
    fetched = temporary_blobs();
    near = std::make_shared<oci::CompletingProvider>(*fetched, blobs);
  }
  builder::LayerTables tables(program_.store());
  std::vector<std::shared_ptr<const oci::LayerToc>> contents;
  for (const auto& layer : layers) contents.push_back(tables.table(layer, *near));
  auto options = layer_options(options_);
  options.mtime_precision = oci::LayerOptions::MtimePrecision::kExact;
  NullSink toc;
  oci::LayerWriter writer(*place_, program_.pool(), options, toc, program_.stop());
  builder::write_merged(builder::MergedLayers(std::move(contents)), layers, *near, writer);
  oci::replace_layers(draft, writer.finish(),
                      history_line(options_, draft, "bale mutate --squash"));
  task->done();
}

}  // namespace bale::tools
