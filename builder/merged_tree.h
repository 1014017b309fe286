// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <memory>
#include <vector>

#include "builder/file_tree.h"
#include "builder/merged_layers.h"

namespace bale::builder {

/// A tree that tables of contents tell of. Where the contents are is the concern of its kinds.
class MergedTree : public FileTree {
 public:
  std::optional<TreeFile> find(const std::string& path) const override;
  void each(const std::string& folder, const FileVisitor& visit) const override;
  /// One pass over each layer that has some of the files.
  void read(std::span<const std::string> paths, const Visitor& visit) const override;
  std::optional<std::filesystem::path> host_path(const std::string& path) const override;
  bool hides(const std::string& path) const override;

 protected:
  /// A file that a caller wants to read: its layer, its place in the layer's table, and which of
  /// the caller's paths it is.
  struct Wanted {
    std::uint32_t layer = 0;
    std::size_t ordinal = 0;
    std::size_t index = 0;

    friend auto operator<=>(const Wanted&, const Wanted&) = default;
  };

  /// Hands the entries of a layer that are wanted to the visitor, told apart by their positions:
  /// paths may come twice.
  class Pass {
   public:
    Pass(std::span<const Wanted> wanted, const Visitor& visit) : wanted_(wanted), visit_(visit) {}
    /// The next entry of the layer.
    void entry(oci::Source& content);
    bool done() const { return wanted_.empty(); }

   private:
    std::span<const Wanted> wanted_;
    const Visitor& visit_;
    std::size_t ordinal_ = 0;
  };

  explicit MergedTree(std::vector<std::shared_ptr<const oci::LayerToc>> layers)
      : files_(std::move(layers)) {}

 private:
  /// Goes over one layer once, in the order of its table, giving each entry to `pass`.
  virtual void read_layer(std::uint32_t layer, Pass& pass) const = 0;

  TreeFile file_of(const MergedLayers::Node& node) const;
  std::vector<Wanted> locate(std::span<const std::string> paths) const;
  void read_wanted(std::vector<Wanted> wanted, const Visitor& visit) const;

  MergedLayers files_;
};

}  // namespace bale::builder
