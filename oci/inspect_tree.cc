// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "oci/inspect.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

/// A line with the lines below it.
struct Branch {
  std::string text;
  std::vector<Branch> children = {};

  Branch& add(std::string line) {
    constexpr std::size_t kUsual = 8;
    if (children.empty()) children.reserve(kUsual);
    return children.emplace_back(Branch{std::move(line)});
  }
};

enum class Position { kLast, kBeforeOthers };

void draw(const Branch& branch, Position position, const std::string& indent, std::string& out) {
  const bool last = position == Position::kLast;
  out.append(indent).append(last ? "└─ " : "├─ ").append(branch.text).append("\n");
  if (branch.children.empty()) return;
  const std::string below = indent + (last ? "   " : "│  ");
  for (const Branch& child : branch.children) {
    draw(child, &child == &branch.children.back() ? Position::kLast : Position::kBeforeOthers,
         below, out);
  }
}

std::string digest_and_size(const Descriptor& descriptor) {
  return descriptor.digest.to_string() + "  " + human_size(descriptor.size);
}

/// One line, whatever an instruction holds; a heredoc or a long RUN is cut.
std::string one_line(std::string_view text) {
  constexpr std::size_t kWidth = 120;
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.size() > kWidth) {
    std::size_t end = kWidth;
    // Not in the middle of a character.
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    line.resize(end);
    line += "...";
  }
  return printable(line);
}

/// Docker's marks around an instruction say nothing to a person.
std::string instruction(std::string_view created_by) {
  constexpr std::string_view kNop = "/bin/sh -c #(nop) ";
  constexpr std::string_view kBuildKit = " # buildkit";
  if (created_by.starts_with(kNop)) created_by.remove_prefix(kNop.size());
  if (created_by.ends_with(kBuildKit)) created_by.remove_suffix(kBuildKit.size());
  return one_line(created_by);
}

void add_annotations(Branch& parent, const char* title, const Annotations& annotations) {
  if (annotations.empty()) return;
  Branch& branch = parent.add(title);
  for (const auto& [key, value] : annotations) {
    branch.add(one_line(key) + " = " + one_line(value));
  }
}

std::string layer_line(const LayerReport& layer, std::size_t number) {
  std::string line = "layer " + std::to_string(number) + "  " + digest_and_size(layer.descriptor);
  if (layer.uncompressed_size && *layer.uncompressed_size != layer.descriptor.size) {
    line += " (" + human_size(*layer.uncompressed_size) + " unpacked)";
  }
  if (layer.platforms > 1) line += "  in " + std::to_string(layer.platforms) + " platforms";
  if (!layer.descriptor.media_type.is_layer()) {
    line += "  " + printable(layer.descriptor.media_type.to_string());
  }
  return line;
}

std::string quoted_list(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + fmt::format("\"{}\"", word);
  return "[" + one_line(text) + "]";
}

void add_text(Branch& branch, std::string_view title, const std::string& text) {
  if (!text.empty()) branch.add(std::string(title) + " " + one_line(text));
}

std::string join(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void add_config(Branch& parent, const Descriptor& descriptor, const ImageConfig* config) {
  Branch& branch = parent.add("config  " + digest_and_size(descriptor));
  if (!config) return add_text(branch, "type", descriptor.media_type.to_string());
  const RuntimeConfig& runtime = config->config;
  add_text(branch, "created", config->created);
  add_text(branch, "user", runtime.user);
  if (runtime.entrypoint) branch.add("entrypoint " + quoted_list(*runtime.entrypoint));
  if (runtime.cmd) branch.add("cmd " + quoted_list(*runtime.cmd));
  add_text(branch, "workdir", runtime.working_dir);
  add_text(branch, "ports", join(runtime.exposed_ports));
  add_text(branch, "volumes", join(runtime.volumes));
  for (const auto& variable : runtime.env) add_text(branch, "env", variable);
  add_annotations(branch, "labels", runtime.labels);
}

/// The platforms of the entries by their digests, for the attestations that speak of them.
using Platforms = std::unordered_map<Digest, const Platform*>;

Platforms platforms_of(const ImageReport& report) {
  Platforms platforms;
  const bool asked = std::any_of(report.manifests.begin(), report.manifests.end(),
                                 [](const ManifestReport& entry) { return entry.attests; });
  if (!asked) return platforms;
  for (const auto& entry : report.manifests) {
    const Descriptor& descriptor = entry.descriptor;
    if (descriptor.platform) platforms.emplace(descriptor.digest, &*descriptor.platform);
  }
  return platforms;
}

/// The platform of the entry that an attestation speaks of, or its digest.
std::string attested_name(const Platforms& platforms, const ManifestReport& attestation) {
  if (!attestation.attests) return "nothing that is named";
  const auto found = platforms.find(*attestation.attests);
  if (found != platforms.end()) return printable(found->second->to_string());
  return attestation.attests->to_string() + ", which is not in the index";
}

std::string title_of(const Platforms& platforms, const ManifestReport& manifest) {
  const auto& platform = manifest.descriptor.platform;
  const std::string name = platform ? printable(platform->to_string()) : "no platform";
  switch (manifest.kind) {
    case ManifestKind::kImage:
      return name;
    case ManifestKind::kAttestation:
      return "attestation of " + attested_name(platforms, manifest);
    case ManifestKind::kArtifact:
      return "artifact " + printable(manifest.descriptor.artifact_type);
    case ManifestKind::kIndex:
      return "index, whose entries follow";
    case ManifestKind::kOther:
      return printable(manifest.descriptor.media_type.to_string());
    case ManifestKind::kMissing:
      return name + ", not here";
  }
  return name;
}

std::string totals_of(const ManifestReport& manifest) {
  std::string line = "total " + human_size(manifest.compressed_size) + " in " +
                     std::to_string(manifest.layers.size()) +
                     (manifest.layers.size() == 1 ? " layer" : " layers");
  if (manifest.uncompressed_size)
    line += ", " + human_size(*manifest.uncompressed_size) + " unpacked";
  return line;
}

Branch branch_of(const Platforms& platforms, const ManifestReport& manifest) {
  Branch branch{title_of(platforms, manifest) + "  " + digest_and_size(manifest.descriptor)};
  add_annotations(branch, "descriptor annotations", manifest.descriptor.annotations);
  add_annotations(branch, "annotations", manifest.annotations);
  for (const auto& predicate : manifest.predicates) add_text(branch, "predicate", predicate);
  if (manifest.subject) add_text(branch, "subject", manifest.subject->digest.to_string());
  if (!manifest.config_descriptor) return branch;
  add_config(branch, *manifest.config_descriptor, manifest.config.get());
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    Branch& layer = branch.add(layer_line(manifest.layers[i], i + 1));
    const std::string made_by = instruction(manifest.layers[i].created_by);
    if (!made_by.empty()) layer.add(made_by);
  }
  branch.add(totals_of(manifest));
  return branch;
}

std::string totals_of(const ImageReport& report) {
  return fmt::format("{} platform{}, {} together; {} shared by platforms; {} unique in a registry",
                     report.platforms, report.platforms == 1 ? "" : "s",
                     human_size(report.compressed_size), human_size(report.shared_size),
                     human_size(report.unique_size));
}

/// The line of the image, and what is told of an index as a whole.
std::string draw_head(const ImageReport& report) {
  Branch head{printable(report.name)};
  if (report.root.media_type.is_index()) {
    head.text += (head.text.empty() ? "" : "  ") + std::string("index ");
    head.text += digest_and_size(report.root);
    add_annotations(head, "annotations", report.annotations);
    if (report.subject) add_text(head, "subject", report.subject->digest.to_string());
  }
  std::string out = head.text.empty() ? "" : head.text + "\n";
  for (const Branch& child : head.children) draw(child, Position::kBeforeOthers, "", out);
  return out;
}

}  // namespace

void render_tree(const ImageReport& report, const std::function<void(std::string_view)>& write,
                 ThreadPool* pool) {
  constexpr std::size_t kPiece = 256;
  const Platforms platforms = platforms_of(report);
  std::vector<std::string> pieces(report.manifests.size() / kPiece + 1);
  in_pieces(pool, report.manifests.size(), kPiece, [&](std::size_t begin, std::size_t end) {
    std::string& out = pieces[begin / kPiece];
    for (std::size_t i = begin; i < end; ++i) {
      draw(branch_of(platforms, report.manifests[i]), Position::kBeforeOthers, "", out);
    }
  });
  pieces.front().insert(0, draw_head(report));
  draw({totals_of(report)}, Position::kLast, "", pieces.back());
  for (const std::string& piece : pieces) write(piece);
}

std::string render_tree(const ImageReport& report) {
  std::string tree;
  render_tree(report, [&](std::string_view piece) { tree += piece; });
  return tree;
}

}  // namespace bale::oci
