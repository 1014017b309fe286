// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "oci/platform.h"
#include "oci/reference.h"

namespace bale::builder {

/// A stage instance of a BuildGraph: its place in `BuildGraph::stages()`.
struct StageId {
  std::size_t index = 0;

  friend auto operator<=>(const StageId&, const StageId&) = default;
  friend bool operator==(const StageId&, const StageId&) = default;
};

/// The folder, archive or repository that the build was started with, as the ignore file leaves it.
struct BuildContext {
  friend auto operator<=>(const BuildContext&, const BuildContext&) = default;
  friend bool operator==(const BuildContext&, const BuildContext&) = default;
};

/// What `--build-context NAME=...` gave; the platform decides where it is an image.
struct NamedContext {
  std::string name;
  oci::Platform platform;

  friend auto operator<=>(const NamedContext&, const NamedContext&) = default;
  friend bool operator==(const NamedContext&, const NamedContext&) = default;
};

/// An image of a registry or of the store, for one platform.
struct BaseImage {
  oci::Reference reference;
  oci::Platform platform;

  friend auto operator<=>(const BaseImage&, const BaseImage&) = default;
  friend bool operator==(const BaseImage&, const BaseImage&) = default;
};

/// `scratch`: no files at all.
struct Scratch {
  friend auto operator<=>(const Scratch&, const Scratch&) = default;
  friend bool operator==(const Scratch&, const Scratch&) = default;
};

/// Where COPY, ADD and mounts of RUN read from.
using FileOrigin = std::variant<BuildContext, NamedContext, StageId, BaseImage, Scratch>;

/// What a stage stands on.
using StageBase = std::variant<Scratch, StageId, BaseImage, NamedContext>;

}  // namespace bale::builder
