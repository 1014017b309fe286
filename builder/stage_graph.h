// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "builder/dockerfile.h"
#include "builder/file_origin.h"
#include "builder/instruction.h"
#include "builder/stage_list.h"
#include "oci/platform.h"

namespace bale::builder {

/// What the person who builds decides about the graph.
struct GraphInputs {
  std::vector<oci::Platform> platforms;  ///< at least one
  oci::Platform build_platform;
  std::string target;  ///< a stage's name in any case, or its number; "" for the last stage
  std::map<std::string, std::string> build_args;
  /// The image that a named context is; nothing for a folder.
  std::map<std::string, std::optional<oci::Reference>> named_contexts;
};

/// A stage for one platform. Targets share it wherever nothing in it depends on the target, as
/// with `FROM --platform=$BUILDPLATFORM` and no `ARG TARGETARCH`.
struct StageInstance {
  StageId id;
  std::string name;  ///< the stage's name, else its number
  SourceRange range;
  oci::Platform platform;
  StageBase base;
  std::vector<Instruction> instructions;      ///< ONBUILD triggers of the base, then its own
  std::map<std::string, FileOrigin> origins;  ///< of each `from=` as it is written in them
  /// What `ARG NAME` finds outside of the stage, for the names that it asks for: global ARGs and
  /// the platform's.
  std::map<std::string, std::string> global_args;

  /// The stages that must be built before it, its base among them.
  std::set<StageId> dependencies() const;
};

/// ONBUILD triggers of images, by image; what is not in it is taken to have none.
using OnbuildTriggers = std::map<BaseImage, std::vector<std::string>>;

/// The stages that the target needs, for all platforms, and nothing else. Immutable.
class BuildGraph {
 public:
  /// In an order in which each stage comes after those that it depends on.
  const std::vector<StageInstance>& stages() const { return stages_; }
  const StageInstance& stage(StageId id) const { return stages_.at(id.index); }
  /// The stages that become images, in the order of `GraphInputs::platforms`.
  const std::vector<StageId>& targets() const { return targets_; }

 private:
  friend BuildGraph make_build_graph(const Dockerfile&, const StageList&, const GraphInputs&,
                                     const OnbuildTriggers&);

  std::vector<StageInstance> stages_;
  std::vector<StageId> targets_;
};

/// Pure: resolves nothing. A base image's triggers are known only when its config is, and can need
/// further stages and images, so the caller repeats: make the graph, resolve the images that its
/// stages stand on, and where one has triggers that were not in `triggers`, add them and make the
/// graph again.
///
/// Throws kInvalid, with the marked line, for a cycle (naming its stages), an unknown target, a
/// bad image reference or platform, a variable in `--from`.
BuildGraph make_build_graph(const Dockerfile& dockerfile, const StageList& stages,
                            const GraphInputs& inputs, const OnbuildTriggers& triggers = {});

}  // namespace bale::builder
