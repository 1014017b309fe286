// SPDX-License-Identifier: Apache-2.0
// COPY and ADD.
#include <algorithm>
#include <utility>

#include "builder/container_path.h"
#include "builder/file_mode.h"
#include "builder/git_source.h"
#include "builder/history_text.h"
#include "builder/remote_source.h"
#include "builder/stage_evaluator.h"
#include "oci/digest.h"

namespace bale::builder {

namespace {

std::string created_by(std::string_view keyword, const CopyStep& step,
                       const std::string& destination) {
  std::string text(keyword);
  if (step.parents) text += " --parents";
  if (!step.chown.empty()) text += " --chown=" + step.chown;
  if (!step.chmod.empty()) text += " --chmod=" + step.chmod;
  for (const auto& pattern : step.excludes) text += " --exclude=" + pattern;
  text += spaced(step.sources);
  for (const auto& file : step.files) text += " <<" + file.name;
  return text + " " + destination + " # buildkit";
}

}  // namespace

StageEvaluator::MaybeStep StageEvaluator::evaluate(const CopyInstruction& copy) {
  CopyStep step = copy_step(copy);
  for (const auto& source : step.sources) {
    if (is_remote_source(source)) fail("COPY does not fetch " + source, source, "ADD does");
  }
  std::string text = created_by("COPY", step, expand_text(copy.destination));
  return make_step(std::move(step), std::move(text));
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const AddInstruction& add) {
  AddStep step{copy_step(add.copy), expand_text(add.checksum), add.keep_git_dir, add.unpack};
  if (!step.checksum.empty()) check_checksum(step);
  std::string text = created_by("ADD", step.copy, expand_text(add.copy.destination));
  return make_step(std::move(step), std::move(text));
}

CopyStep StageEvaluator::copy_step(const CopyInstruction& copy) {
  CopyStep step;
  step.sources = expand_each(copy.sources);
  for (const auto& heredoc : copy.heredocs) {
    step.files.push_back({heredoc.name, expand_heredoc(heredoc)});
  }
  step.destination = destination_of(expand_text(copy.destination));
  if (!copy.from.empty()) step.origin = stage_->origins.at(copy.from);
  step.chown = expand_text(copy.chown);
  step.chmod = expand_text(copy.chmod);
  if (!step.chmod.empty()) check_chmod(copy.chmod, step.chmod);
  step.link = copy.link;
  step.parents = copy.parents;
  step.excludes = expand_each(copy.excludes);
  return step;
}

Destination StageEvaluator::destination_of(const std::string& text) const {
  Destination destination{container_path(working_dir(), text), false};
  destination.is_directory = text.empty() || text == "." || text.ends_with("/") ||
                             text.ends_with("/.") || destination.path == "/";
  return destination;
}

void StageEvaluator::check_chmod(const std::string& written, const std::string& expanded) const {
  try {
    ModeChange::parse(expanded);
  } catch (const oci::Error& error) {
    throw at_source(error, inputs_.source, current_->range, "--chmod=" + written);
  }
}

void StageEvaluator::check_checksum(const AddStep& step) const {
  const auto& sources = step.copy.sources;
  if (sources.size() != 1 || !step.copy.files.empty()) {
    fail("--checksum is of one source, and here are several", "--checksum");
  }
  if (!is_remote_source(sources.front())) {
    fail("--checksum is of a source that is fetched, and " + sources.front() + " is not",
         sources.front(), "it needs an http(s) URL or a git repository");
  }
  const bool valid = is_git_source(sources.front())
                         ? is_commit(step.checksum)
                         : oci::Digest::try_parse(step.checksum).has_value();
  if (!valid) {
    fail("\"" + step.checksum + "\" is no checksum", "--checksum",
         "write --checksum=sha256:DIGEST, or for git the commit");
  }
}

}  // namespace bale::builder
