// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "builder/binfmt.h"
#include "oci/platform.h"

namespace bale::builder {

/// Why a machine does not execute the binaries of a platform, and what to do about it.
struct EmulationObstacle {
  std::string reason;
  std::string hint;
};

/// Whether this machine executes the binaries of a platform, by itself or through an emulator.
/// Proven by running a program of the platform in an empty root filesystem, once each. As another
/// user than root the root filesystem is not empty, and the proof is weaker: an emulator that was
/// registered without the flag F passes. Thread-safe.
class Emulation {
 public:
  /// `binfmt` is where the kernel lists the emulators.
  explicit Emulation(std::filesystem::path binfmt = kBinfmtFolder) : binfmt_(std::move(binfmt)) {}

  /// Nothing where it does.
  std::optional<EmulationObstacle> obstacle(const oci::Platform& platform);

 private:
  std::optional<EmulationObstacle> find_obstacle(const oci::Platform& platform) const;

  std::filesystem::path binfmt_;
  std::mutex mutex_;
  std::map<std::string, std::optional<EmulationObstacle>> known_;  // guarded by mutex_
};

}  // namespace bale::builder
