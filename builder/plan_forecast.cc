// SPDX-License-Identifier: Apache-2.0
#include "builder/plan_forecast.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "builder/copy_runner.h"
#include "builder/image_layers.h"
#include "builder/layer_recorder.h"
#include "builder/origin_files.h"
#include "builder/remote_source.h"
#include "builder/run_runner.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

/// Goes through the stages in the order of the graph. Layers are known as long as every step so far
/// is in the cache; from the first one that is not, nothing can be asked for.
class Forecast {
 public:
  Forecast(const BuildRequest& request, const BuildPlan& plan, const BuildServices& services,
           const std::stop_token& stop)
      : request_(request),
        plan_(plan),
        services_(services),
        stop_(stop),
        folders_(open_folders(request, plan.graph, plan.ignore)),
        recorder_(services, request.layer_options, std::nullopt),
        copies_(services, recorder_, request.use_cache),
        runs_(request, services, recorder_) {}

  std::vector<std::vector<StepForecast>> run() {
    std::vector<std::vector<StepForecast>> all;
    for (const auto& stage : plan_.graph.stages()) all.push_back(stage_forecast(stage));
    return all;
  }

 private:
  std::vector<StepForecast> stage_forecast(const StageInstance& stage) {
    stage_ = &stage;
    origins_.emplace(
        folders_, services_, [this](StageId id) { return *built_[id.index]; }, stop_);
    files_ = start(stage);
    std::vector<StepForecast> forecasts;
    for (const auto& step : plan_.stages[stage.id.index].steps) {
      forecasts.push_back(step_forecast(step));
    }
    built_.push_back(std::move(files_));
    return forecasts;
  }

  std::optional<StageFiles> start(const StageInstance& stage) {
    if (const auto* parent = std::get_if<StageId>(&stage.base)) return built_[parent->index];
    if (const auto* context = std::get_if<NamedContext>(&stage.base)) return start_on(*context);
    const auto* image = std::get_if<BaseImage>(&stage.base);
    if (image == nullptr) return StageFiles{{}, store_blobs(services_.store)};
    if (!plan_.stages[stage.id.index].base_is_known) return std::nullopt;
    const ResolvedImage resolved = services_.images.resolve(*image, stop_);
    return StageFiles{layers_of(resolved, *image), resolved.layers};
  }

  std::optional<StageFiles> start_on(const NamedContext& context) {
    StageFiles files{{}, store_blobs(services_.store)};
    const CopyStep all = copy_of_all(context);
    const auto found = copies_.ask({all}, origins_->tree(context), origins_->name(context),
                                   {files.layers, *files.blobs});
    if (!found.hit) return std::nullopt;
    if (found.hit->layer) files.layers.push_back(*found.hit->layer);
    return files;
  }

  StepForecast step_forecast(const Step& step) {
    if (!request_.use_cache) return {false, "the cache is not to be used"};
    if (!files_) return {false, "what it stands on is not there yet"};
    try {
      const auto found =
          std::visit([this](const auto& action) { return ask(action); }, step.action);
      if (found.hit && found.hit->layer) files_->layers.push_back(*found.hit->layer);
      if (!found.hit) files_.reset();
      return {found.hit.has_value(), found.reason};
    } catch (const oci::Error& error) {
      throw at_source(error, request_.dockerfile.source, step.range);
    }
  }

  CacheAnswer ask(const CopyStep& step) {
    if (!is_there(step.origin)) return {std::nullopt, kSourceIsMissing};
    return copies_.ask({step}, origins_->tree(step.origin), origins_->name(step.origin), base());
  }
  CacheAnswer ask(const AddStep& step) {
    for (const auto& source : step.copy.sources) {
      if (is_remote_source(source)) return {std::nullopt, "it has to ask for " + source};
    }
    return copies_.ask({step.copy, archives_of(step)}, origins_->tree(step.copy.origin),
                       origins_->name(step.copy.origin), base());
  }
  CacheAnswer ask(const WorkdirStep& step) { return copies_.ask(step, base()); }
  CacheAnswer ask(const RunStep& step) {
    for (const auto& mount : step.mounts) {
      const auto place = mounted_place(mount);
      if (place && !is_there(place->origin)) return {std::nullopt, kSourceIsMissing};
    }
    return runs_.ask(step, stage_->platform, base(), mounted_files(step, *origins_, copies_));
  }

  bool is_there(const FileOrigin& origin) const {
    if (const auto* id = std::get_if<StageId>(&origin)) return built_[id->index].has_value();
    const auto* image = std::get_if<BaseImage>(&origin);
    return image == nullptr || has_layers(*image);
  }

  /// Layers that a build would have to fetch before it could tell what is in them.
  bool has_layers(const BaseImage& image) const {
    const auto layers = layers_of(services_.images.resolve(image, stop_), image);
    return std::all_of(layers.begin(), layers.end(), [this](const StageLayer& layer) {
      return services_.store.blobs().size(layer.descriptor.digest).has_value();
    });
  }

  StepBase base() const { return {files_->layers, *files_->blobs}; }

  static constexpr const char* kSourceIsMissing = "what it reads from is not there yet";

  const BuildRequest& request_;
  const BuildPlan& plan_;
  const BuildServices& services_;
  const std::stop_token& stop_;
  const ContextFolders folders_;
  LayerRecorder recorder_;
  CopyRunner copies_;
  RunRunner runs_;
  std::vector<std::optional<StageFiles>> built_;  // by stage; nothing where a step is not cached
  const StageInstance* stage_ = nullptr;
  std::optional<OriginFiles> origins_;  // of the stage
  std::optional<StageFiles> files_;     // of the stage so far
};

}  // namespace

std::vector<std::vector<StepForecast>> forecast_steps(const BuildRequest& request,
                                                      const BuildPlan& plan,
                                                      const BuildServices& services,
                                                      const std::stop_token& stop) {
  return Forecast(request, plan, services, stop).run();
}

}  // namespace bale::builder
