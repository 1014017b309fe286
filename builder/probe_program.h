// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "oci/platform.h"

namespace bale::builder {

/// What a probe program ends with.
inline constexpr int kProbeExit = 42;

/// The smallest static program of a platform, a whole ELF file that does nothing but exit with
/// `kProbeExit`: what proves that a machine executes the binaries of the platform, without any
/// foreign binary at hand. Nothing for an architecture that it is not written for.
std::optional<std::string> probe_program(const oci::Platform& platform);

/// The start of any program of the platform, enough for binfmt_misc to know it by.
std::optional<std::string> probe_header(const oci::Platform& platform);

}  // namespace bale::builder
