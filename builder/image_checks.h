// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "builder/file_tree.h"
#include "oci/image_config.h"

namespace bale::builder {

/// Something about a finished image that will hurt whoever runs it.
struct ImageFault {
  std::string message;
  std::string hint;
};

/// Gives the files of an image when they are needed: an image of many files has large tables.
using OpenFiles = std::function<std::shared_ptr<const FileTree>()>;

/// Looks for what a green build can hide: an entrypoint (else the command) that is not in the
/// image, is no executable file, or is for another machine than the image; a version label that
/// says "latest". Links are followed inside the image, bare names are looked up in its PATH, and of
/// a script the interpreter counts too. Reads a few bytes of one or two files. An image that names
/// no command has no fault, nor has a Windows image.
std::vector<ImageFault> find_image_faults(const OpenFiles& open_files,
                                          const oci::ImageConfig& config);

}  // namespace bale::builder
