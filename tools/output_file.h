// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "oci/new_file.h"

namespace bale::tools {

/// The file that a user names for what a command makes; `-` is standard output. Throws as NewFile
/// does.
oci::NewFile open_output(const std::string& path, const std::stop_token& stop);

/// Writes a short result to such a file. A file is whole, and synced.
void write_result(const std::string& path, std::string_view text, const std::stop_token& stop);

/// Whether that comes out of standard output: `-`, `/dev/stdout`, or another name of the same.
bool is_standard_output(const std::string& path);

}  // namespace bale::tools
