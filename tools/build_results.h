// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "builder/build.h"
#include "oci/image_name.h"
#include "oci/reference.h"
#include "tools/build_options.h"
#include "tools/program.h"

namespace bale::tools {

/// A name, and the image or index that gets it.
struct NamedImage {
  oci::Reference name;
  oci::Descriptor root;
};

/// All blobs of what was built: in the store, or where base layers still are. `store` must outlive
/// it. Thread-safe.
class ImageBlobs final : public oci::BlobProvider {
 public:
  ImageBlobs(const oci::Store& store, const builder::BuildOutcome& outcome);
  std::optional<std::uint64_t> size(const oci::Digest& digest) const override;

 private:
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override;
  const oci::BlobProvider& holder_of(const oci::Digest& digest) const;

  const oci::Store& store_;
  std::map<oci::Digest, std::shared_ptr<const oci::BlobProvider>> elsewhere_;
};

/// What was thrown, as the one type that can be told.
oci::Error error_of(const std::exception_ptr& failure);

/// Tells of each platform that failed, and which ones the index lacks.
void report_failures(Program& program, const builder::BuildOutcome& outcome);

/// The exit status where no platform succeeded.
int status_of_failures(const builder::BuildOutcome& outcome);

/// Every name with what it stands for: the names given, for the index or image; with
/// `platform_tags` also `TAG-ARCH` for each platform's own manifest.
std::vector<NamedImage> with_platform_tags(const std::vector<oci::Reference>& names,
                                           const builder::BuildOutcome& outcome,
                                           bool platform_tags);

/// The tags of one repository, by what they stand for.
struct TaggedRoot {
  oci::Descriptor root;
  std::set<std::string> tags;
};
std::vector<TaggedRoot> tags_by_root(const std::vector<NamedImage>& names,
                                     const std::string& repository);

/// Looks for what a green build can hide; tells it as warnings, or with `strict` as errors. False
/// where something was found and `strict`.
bool check_images(Program& program, const builder::BuildOutcome& outcome, bool strict);

/// -o
void write_outputs(Program& program, const builder::BuildOutcome& outcome,
                   const std::vector<oci::ImageName>& outputs);

/// --iidfile, --digestfile, --metadata-file
void write_result_files(const builder::BuildOutcome& outcome,
                        const std::vector<oci::Reference>& names, const BuildOptions& options,
                        const std::stop_token& stop);

}  // namespace bale::tools
