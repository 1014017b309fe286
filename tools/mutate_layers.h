// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "oci/image_draft.h"
#include "tools/mutate_options.h"
#include "tools/program.h"

namespace bale::tools {

/// `--append [PLATFORM=]PATH`: a tar of any packing, or a folder, on top of every image or of those
/// for the platform. Each is packed once.
class LayerAppends {
 public:
  /// `place` takes the layers; all must outlive it. Throws kInvalid for an unknown platform before
  /// an equals sign, kNotFound for a file that is not there.
  LayerAppends(Program& program, const MutateOptions& options,
               std::shared_ptr<oci::BlobStore> place);

  void apply(oci::ImageDraft& draft);
  /// Throws kNotFound where a platform was named that no image was for.
  void check_used() const;

 private:
  struct Append {
    std::string text;
    std::optional<oci::Platform> platform;
    std::string path;
    bool used = false;
  };
  const oci::LayerResult& layer(const std::string& path);
  oci::LayerResult pack(const std::string& path) const;

  Program& program_;
  const MutateOptions& options_;
  std::shared_ptr<oci::BlobStore> place_;
  std::vector<Append> appends_;
  std::map<std::string, oci::LayerResult> packed_;  // by path
};

/// `--drop-layer N|DIGEST` and `--drop-created-by REGEX`. All speak of the layers as the image has
/// them before anything is changed.
class LayerDrops {
 public:
  /// Throws kInvalid for what is neither.
  explicit LayerDrops(const MutateOptions& options);

  /// Throws kNotFound for a number that the image has no layer of.
  void apply(oci::ImageDraft& draft);
  /// Throws kNotFound where a digest or expression met no layer of any image.
  void check_used() const;

 private:
  struct Selector {
    std::string text;
    std::optional<std::size_t> number = std::nullopt;
    std::optional<oci::Digest> digest = std::nullopt;
    std::optional<std::regex> created_by = std::nullopt;
    bool used = false;

    bool means(const oci::DraftLayer& layer) const;
  };

  std::vector<Selector> selectors_;
};

/// `--squash`: all layers of an image in one. An image of one layer stays as it is. What is not on
/// this machine's disk is fetched, once.
class LayerSquash {
 public:
  LayerSquash(Program& program, const MutateOptions& options, std::shared_ptr<oci::BlobStore> place)
      : program_(program), options_(options), place_(std::move(place)) {}

  /// `blobs` has the layers. Throws kInvalid for layers that only their own server keeps.
  void apply(oci::ImageDraft& draft, const std::shared_ptr<const oci::BlobProvider>& blobs);

 private:
  Program& program_;
  const MutateOptions& options_;
  std::shared_ptr<oci::BlobStore> place_;
};

/// How layers are packed that are made here.
oci::LayerOptions layer_options(const MutateOptions& options);

}  // namespace bale::tools
