// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "builder/stage_graph.h"
#include "oci/image_config.h"

namespace bale::builder {

/// How one golden Dockerfile is built, read from the file `inputs` beside it where there is one:
/// `platform LIST`, `build-platform P`, `target NAME`, `build-arg K=V`, `context NAME [IMAGE]`,
/// `env IMAGE K=V`, `cmd IMAGE WORD`, `onbuild IMAGE INSTRUCTION`, one a line.
struct ReportInputs {
  GraphInputs graph;
  std::map<std::string, oci::RuntimeConfig> bases;  ///< by the reference as written
};

ReportInputs read_report_inputs(const std::filesystem::path& file);

/// Everything that the front half makes of a Dockerfile, or its error, as text.
std::string report_dockerfile(const std::string& text, const ReportInputs& inputs);

}  // namespace bale::builder
