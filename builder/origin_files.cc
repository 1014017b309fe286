// SPDX-License-Identifier: Apache-2.0
#include "builder/origin_files.h"

#include <set>
#include <utility>

#include "builder/context_tree.h"
#include "builder/copy_runner.h"
#include "builder/image_layers.h"

namespace bale::builder {

namespace {

ContextFolder open_folder(const std::filesystem::path& path, const std::string& name,
                          IgnoreMatcher ignore) {
  return {path, name, std::make_shared<const ContextTree>(path, ignore_filter(std::move(ignore)))};
}

std::set<std::string> named_contexts_of(const BuildGraph& graph) {
  std::set<std::string> names;
  for (const StageInstance& stage : graph.stages()) {
    if (const auto* base = std::get_if<NamedContext>(&stage.base)) names.insert(base->name);
    for (const auto& [written, origin] : stage.origins)
      if (const auto* context = std::get_if<NamedContext>(&origin)) names.insert(context->name);
  }
  return names;
}

}  // namespace

ContextFolders open_folders(const BuildRequest& request, const BuildGraph& graph,
                            const IgnoreMatcher& ignore) {
  const std::string& name = request.context_name;
  ContextFolders folders{
      open_folder(request.context, name.empty() ? request.context.string() : name, ignore), {}};
  for (const std::string& given : named_contexts_of(graph)) {
    if (const auto* source = std::get_if<FolderSource>(&request.named_contexts.at(given))) {
      const std::filesystem::path& path = source->get();
      folders.named.emplace(given, open_folder(path, given, load_ignore_file({path, {}, {}})));
    }
  }
  return folders;
}

CopyStep copy_of_all(const NamedContext& context) {
  CopyStep step;
  step.sources = {"/"};
  step.destination = {"/", true};
  step.origin = context;
  return step;
}

OriginFiles::OriginFiles(const ContextFolders& folders, const BuildServices& services,
                         FindStage find_stage, std::stop_token stop)
    : folders_(folders),
      services_(services),
      find_stage_(std::move(find_stage)),
      stop_(std::move(stop)) {}

std::shared_ptr<const FileTree> OriginFiles::tree(const FileOrigin& origin) {
  auto& tree = trees_[origin];
  if (!tree) tree = std::visit([this](const auto& each) { return open(each); }, origin);
  return tree;
}

std::shared_ptr<const FileTree> OriginFiles::open(const BuildContext&) {
  return folders_.main.shown;
}

std::shared_ptr<const FileTree> OriginFiles::open(const Scratch&) {
  return std::make_shared<const EmptyTree>();
}

std::shared_ptr<const FileTree> OriginFiles::open(const NamedContext& context) {
  return folder(context).shown;
}

std::shared_ptr<const FileTree> OriginFiles::open(StageId id) {
  const StageFiles stage = find_stage_(id);
  owners_.push_back(stage.blobs);
  return files_of(stage.layers, *stage.blobs, services_.tables);
}

std::shared_ptr<const FileTree> OriginFiles::open(const BaseImage& name) {
  const ResolvedImage image = services_.images.resolve(name, stop_);
  owners_.push_back(image.layers);
  return files_of(layers_of(image, name), *image.layers, services_.tables);
}

MountOrigin OriginFiles::mount(const FileOrigin& origin) {
  if (const auto* id = std::get_if<StageId>(&origin)) {
    const StageFiles stage = find_stage_(*id);
    return {.layers = stage.layers, .blobs = stage.blobs};
  }
  if (const auto* image = std::get_if<BaseImage>(&origin)) {
    const ResolvedImage resolved = services_.images.resolve(*image, stop_);
    return {.layers = layers_of(resolved, *image), .blobs = resolved.layers};
  }
  if (std::holds_alternative<Scratch>(origin)) return {};
  return {.folder = folder(origin).path, .shown = folder(origin).shown};
}

const ContextFolder& OriginFiles::folder(const FileOrigin& origin) const {
  const auto* named = std::get_if<NamedContext>(&origin);
  return named == nullptr ? folders_.main : folders_.named.at(named->name);
}

std::string OriginFiles::name(const FileOrigin& origin) const {
  if (const auto* id = std::get_if<StageId>(&origin)) return "stage " + std::to_string(id->index);
  if (const auto* image = std::get_if<BaseImage>(&origin)) return image->reference.to_string();
  if (std::holds_alternative<Scratch>(origin)) return "scratch";
  return "context " + folder(origin).name;
}

}  // namespace bale::builder
