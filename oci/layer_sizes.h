// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "oci/digest.h"

namespace bale::oci {

/// How large layers are unpacked, as those counted who wrote or read them: a file of lines, which
/// only grows (docs/formats/store.md). A cache: what is broken or cannot be read is not known. The
/// file is read once, when it is first needed. Thread-safe; for any number of processes.
class LayerSizes {
 public:
  explicit LayerSizes(std::filesystem::path file);
  ~LayerSizes();
  LayerSizes(const LayerSizes&) = delete;
  LayerSizes& operator=(const LayerSizes&) = delete;

  std::optional<std::uint64_t> find(const DiffId& layer) const;
  /// Writes a line where the layer is not known; not synced. Makes folder and file where they are
  /// not there. Throws as errno says.
  void add(const DiffId& layer, std::uint64_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
