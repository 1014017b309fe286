// SPDX-License-Identifier: Apache-2.0
#include "tools/mutate_flow.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/fallback_provider.h"
#include "oci/layer_repacker.h"
#include "tools/blob_place.h"
#include "tools/exit_status.h"
#include "tools/format_option.h"
#include "tools/mutate_config.h"
#include "tools/mutate_layers.h"
#include "tools/mutate_rebase.h"
#include "tools/open_image.h"
#include "tools/option_values.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

std::vector<oci::ImageName> parse_targets(const std::vector<std::string>& texts) {
  std::vector<oci::ImageName> targets;
  for (const auto& text : texts) targets.push_back(oci::ImageName::parse(text));
  return targets;
}

std::set<std::string> push_hosts(const std::vector<oci::ImageName>& targets) {
  std::set<std::string> hosts;
  for (const auto& name : targets) {
    if (name.transport == oci::Transport::kRegistry) hosts.insert(name.reference->host);
  }
  return hosts;
}

/// Whether configs, layers or platforms are to change.
bool concerns_images(const MutateOptions& options, const oci::ConfigEdit& config) {
  const bool layers = !options.rebase.empty() || !options.drop_layers.empty() ||
                      !options.drop_created_by.empty() || !options.layers.empty() ||
                      options.squash || !options.packing.compression.empty() ||
                      options.force_compression;
  const bool platform = !options.os.empty() || !options.architecture.empty() ||
                        !options.variant.empty() || !options.os_version.empty();
  const bool history = !options.created_by.empty() || !options.comment.empty();
  return layers || platform || history || config != oci::ConfigEdit{};
}

/// One run of the command: what the options ask for, made of the image, step by step.
class Mutation {
 public:
  Mutation(Program& program, const MutateOptions& options,
           const std::vector<oci::ImageName>& targets)
      : program_(program),
        options_(options),
        place_(place_for_blobs(program, targets)),
        image_(open_image(program, options.source)),
        config_(config_edit(options)),
        appends_(program, options, place_),
        drops_(options),
        squash_(program, options, place_) {
    if (!options.rebase.empty()) rebase_.emplace(program, options.rebase);
    blobs_ = std::make_shared<oci::FallbackProvider>(place_, image_.blobs);
    if (rebase_) blobs_ = std::make_shared<oci::FallbackProvider>(blobs_, rebase_->blobs());
    documents_ = std::make_shared<oci::DocumentCache>(blobs_);
    if (!options.packing.compression.empty() || options.force_compression) {
      repacker_.emplace(
          *blobs_, *place_, program.pool(), layer_options(options),
          options.force_compression ? oci::Recompress::kAll : oci::Recompress::kOthers);
    }
  }

  /// Edits the documents; layers are made where that needs them.
  OpenedImage run() {
    oci::ImageEdit edit = document_edit(options_);
    edit.image = [this](oci::ImageDraft& draft) { change(draft); };
    if (rebase_ && image_.root.media_type.is_index()) {
      const auto index = oci::read_index(*documents_, image_.root).value;
      edit.index_annotations.merge(rebase_->index_annotations(index.annotations));
    }
    const auto edited =
        oci::edit_image(*documents_, image_.root, edit, parse_platforms(options_.platforms));
    check_images();
    drops_.check_used();
    appends_.check_used();
    warn_about(program_, edited);
    return {image_.name, edited.root, documents_};
  }

  /// Where layers are that need not be moved.
  WriteOptions write_options() const {
    WriteOptions result{options_.force};
    result.origins = origins_of(program_, image_, *documents_);
    if (is_in_registry(image_)) result.seen = result.origins;
    if (!rebase_) return result;
    const auto of_base = rebase_->origins();
    result.origins.insert(of_base.begin(), of_base.end());
    if (rebase_->origins_are_fresh()) result.seen.insert(of_base.begin(), of_base.end());
    return result;
  }

 private:
  /// What is asked of images must not pass where there are artifacts alone.
  void check_images() const {
    if (met_image_ || !concerns_images(options_, config_)) return;
    throw oci::Error(oci::ErrorCode::kInvalid,
                     options_.source + " is an artifact: it has no config and no layers to change",
                     "--annotation and --unset-annotation work on artifacts too");
  }

  void change(oci::ImageDraft& draft) {
    met_image_ = true;
    drops_.apply(draft);
    if (rebase_) rebase_->apply(draft);
    const std::size_t layers = draft.manifest.layers.size();
    appends_.apply(draft);
    draft.config = oci::edited_config(draft.config, config_);
    if (options_.squash) squash_.apply(draft, blobs_);
    if (repacker_) repacker_->repack(draft.manifest, oci::diff_ids_of(draft));
    const bool told = draft.manifest.layers.size() != layers || options_.squash;
    if (!told && (!options_.created_by.empty() || !options_.comment.empty())) {
      oci::add_history(draft, history_line(options_, draft, "bale mutate"));
    }
  }

  Program& program_;
  const MutateOptions& options_;
  const std::shared_ptr<oci::BlobStore> place_;  // shared with what reads the result
  const OpenedImage image_;
  const oci::ConfigEdit config_;
  LayerAppends appends_;
  LayerDrops drops_;
  LayerSquash squash_;
  std::optional<Rebase> rebase_;
  std::shared_ptr<const oci::BlobProvider> blobs_;
  std::shared_ptr<oci::DocumentCache> documents_;
  std::optional<oci::LayerRepacker> repacker_;
  bool met_image_ = false;
};

}  // namespace

int mutate(Program& program, const MutateOptions& options) {
  const auto targets = parse_targets(options.targets);
  program.set_push_hosts(push_hosts(targets));
  Mutation mutation(program, options, targets);
  const OpenedImage image = mutation.run();
  const auto write_options = mutation.write_options();
  for (const auto& target : targets) write_image(program, image, target, write_options);
  print_digest(image.root.digest, targets);
  return exit_status::kDone;
}

}  // namespace bale::tools
