// SPDX-License-Identifier: Apache-2.0
#include "tools/manifest_flow.h"

#include <algorithm>
#include <set>
#include <utility>

#include "oci/error.h"
#include "oci/index_edit.h"
#include "oci/json.h"
#include "tools/exit_status.h"
#include "tools/format_option.h"
#include "tools/index_place.h"
#include "tools/open_image.h"
#include "tools/option_values.h"
#include "tools/output_file.h"
#include "tools/push_flow.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

oci::EntryEdit entry_edit(const EntryOptions& options) {
  return {given(options.os),
          given(options.architecture),
          given(options.variant),
          given(options.os_version),
          options.os_features,
          parse_pairs(options.annotations, "--annotation"),
          {options.unset_annotations.begin(), options.unset_annotations.end()}};
}

std::unique_ptr<IndexPlace> open_place(Program& program, const oci::ImageName& name) {
  if (name.transport == oci::Transport::kRegistry) {
    program.set_push_hosts({name.reference->host});
  }
  return open_index_place(program, name);
}

/// For an index that is made.
std::unique_ptr<IndexPlace> open_new(Program& program, const std::string& text) {
  return open_place(program, oci::ImageName::parse(text));
}

/// For an index that is changed, or taken away.
std::unique_ptr<IndexPlace> open_existing(Program& program, const std::string& text) {
  return open_place(program, existing_index_name(oci::ImageName::parse(text)));
}

std::vector<IndexSource> open_members(Program& program, const ManifestOptions& options,
                                      const std::string& home) {
  std::vector<IndexSource> sources;
  for (const auto& member : options.members) {
    for (auto& source : open_sources(program, member, home)) sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<oci::Descriptor> entries_of(const std::vector<IndexSource>& sources) {
  std::vector<oci::Descriptor> entries;
  for (const auto& source : sources) {
    entries.insert(entries.end(), source.entries.begin(), source.entries.end());
  }
  return entries;
}

void check_expectation(const oci::Index& index, const ManifestOptions& options) {
  if (options.expected_platforms.empty()) return;
  oci::expect_platforms(oci::platforms_of(index),
                        oci::Platform::parse_list(options.expected_platforms));
}

/// The index that a command changes.
oci::Index present_index(const std::optional<PlacedImage>& now, const std::string& name) {
  if (!now) {
    throw oci::Error(oci::ErrorCode::kNotFound, "no index " + name,
                     "bale manifest create " + name + " makes it");
  }
  if (!now->index) {
    throw oci::Error(oci::ErrorCode::kInvalid, name + " is an image of one platform, not an index",
                     "bale manifest create makes an index of it under a name of its own");
  }
  return now->index->value;
}

/// Several platforms must not become one because somebody forgot the others.
void protect_platforms(const std::optional<PlacedImage>& now, const oci::Index& index,
                       const ManifestOptions& options) {
  const bool many = now && now->index && oci::platforms_of(now->index->value).size() > 1;
  if (options.force || !many || oci::platforms_of(index).size() > 1) return;
  throw oci::Error(oci::ErrorCode::kFailed,
                   options.name + " is an index of several platforms, and would be replaced by " +
                       "one of at most one",
                   "name all sources, add to it with bale manifest add, or say --force");
}

void print_document(std::string_view bytes) {
  print(oci::parse_json(bytes, "manifest").dump(2) + "\n");
}

/// Writes the edited index, or with --dry-run shows it.
int edit_place(IndexPlace& place, const ManifestOptions& options, const IndexPlace::Edit& edit) {
  const auto checked = [&](const std::optional<PlacedImage>& now) {
    oci::Index index = edit(now);
    check_expectation(index, options);
    return index;
  };
  if (options.dry_run) {
    print_document(oci::to_json(checked(place.read())));
  } else {
    print(place.update(checked).descriptor.digest.to_string() + "\n");
  }
  return exit_status::kDone;
}

/// The subject of an index, by what the other side needs of it.
oci::Descriptor subject_of(Program& program, const std::string& text) {
  const oci::Descriptor root = open_image(program, text).root;
  return {.media_type = root.media_type, .digest = root.digest, .size = root.size};
}

/// What is said of the index itself.
void annotate(Program& program, oci::Index& index, const ManifestOptions& options) {
  for (const auto& key : options.entry.unset_annotations) index.annotations.erase(key);
  for (const auto& [key, value] : parse_pairs(options.entry.annotations, "--annotation")) {
    index.annotations[key] = value;
  }
  if (!options.subject.empty()) index.subject = subject_of(program, options.subject);
  if (!options.artifact_type.empty()) {
    index.artifact_type = parse_media_type(options.artifact_type, "--artifact-type");
  }
}

/// The digest of an entry that is named by it or by its image.
oci::Digest member_digest(Program& program, const std::string& text) {
  const auto name = oci::ImageName::parse(text);
  if (name.digest) return *name.digest;
  if (name.reference && name.reference->digest) return *name.reference->digest;
  return open_image(program, text).root.digest;
}

oci::Error no_member(const std::string& member, const ManifestOptions& options) {
  return {oci::ErrorCode::kNotFound, member + " is not in " + options.name,
          "bale manifest inspect " + options.name + " shows what is"};
}

/// Names of one repository share what is brought there.
void create_under(IndexPlace& place, const std::vector<IndexSource>& sources, bool brought,
                  const oci::Index& index, const ManifestOptions& options) {
  if (!brought) {
    for (const auto& source : sources) place.bring(source);
  }
  place.update([&](const std::optional<PlacedImage>& now) {
    protect_platforms(now, index, options);
    return index;
  });
}

}  // namespace

int create_index(Program& program, const ManifestOptions& options) {
  if (options.amend && open_new(program, options.name)->read()) {
    return add_to_index(program, options);
  }
  std::vector<std::unique_ptr<IndexPlace>> places;
  places.push_back(open_new(program, options.name));
  for (const auto& tag : options.tags) places.push_back(open_new(program, tag));
  const auto sources = open_members(program, options, places.front()->repository());
  oci::Index index;
  oci::put_entries(index, entries_of(sources));
  annotate(program, index, options);
  check_expectation(index, options);
  const auto document = oci::make_document(index);
  if (options.dry_run) {
    print_document(document.bytes);
    return exit_status::kDone;
  }
  std::set<std::string> repositories;
  for (const auto& place : places) {
    const std::string repository = place->repository();
    const bool brought = !repository.empty() && !repositories.insert(repository).second;
    create_under(*place, sources, brought, index, options);
  }
  print(document.descriptor.digest.to_string() + "\n");
  return exit_status::kDone;
}

int add_to_index(Program& program, const ManifestOptions& options) {
  const auto place = open_existing(program, options.name);
  const auto sources = open_members(program, options, place->repository());
  const auto edit = entry_edit(options.entry);
  auto entries = entries_of(sources);
  const auto images = std::count_if(entries.begin(), entries.end(),
                                    [](const auto& e) { return !oci::is_attestation(e); });
  if (edit.changes_platform() && images > 1) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "one platform cannot be that of " + std::to_string(images) + " images",
                     "add the images one by one");
  }
  for (auto& entry : entries) {
    if (!oci::is_attestation(entry)) entry = oci::edited(std::move(entry), edit);
  }
  if (!options.dry_run) {
    (void)present_index(place->read(), options.name);  // before anything is brought to it
    for (const auto& source : sources) place->bring(source);
  }
  return edit_place(*place, options, [&](const std::optional<PlacedImage>& now) {
    oci::Index index = present_index(now, options.name);
    oci::put_entries(index, entries);
    return index;
  });
}

int annotate_index(Program& program, const ManifestOptions& options) {
  if (options.of_index == (!options.members.empty())) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "manifest annotate takes an entry of the index, or --index",
                     "for instance bale manifest annotate --annotation K=V LIST DIGEST");
  }
  const auto edit = entry_edit(options.entry);
  if (options.of_index && edit.changes_platform()) {
    throw oci::Error(oci::ErrorCode::kInvalid, "an index has no platform, its entries have",
                     "name the entry in place of --index");
  }
  const auto place = open_existing(program, options.name);
  std::vector<std::pair<std::string, oci::Digest>> members;
  for (const auto& member : options.members) {
    members.emplace_back(member, member_digest(program, member));
  }
  return edit_place(*place, options, [&](const std::optional<PlacedImage>& now) {
    oci::Index index = present_index(now, options.name);
    if (options.of_index) annotate(program, index, options);
    for (const auto& [member, digest] : members) {
      if (!oci::edit_entries(index, digest, edit)) throw no_member(member, options);
    }
    return index;
  });
}

int remove_from_index(Program& program, const ManifestOptions& options) {
  const auto place = open_existing(program, options.name);
  std::vector<std::pair<std::string, oci::Digest>> members;
  for (const auto& member : options.members) {
    members.emplace_back(member, member_digest(program, member));
  }
  return edit_place(*place, options, [&](const std::optional<PlacedImage>& now) {
    oci::Index index = present_index(now, options.name);
    for (const auto& [member, digest] : members) {
      if (!oci::remove_entries(index, digest)) throw no_member(member, options);
    }
    return index;
  });
}

int index_exists(Program& program, const ManifestOptions& options) {
  try {
    const bool index = open_image(program, options.name).root.media_type.is_index();
    return index ? exit_status::kDone : exit_status::kNotFound;
  } catch (const oci::Error& error) {
    if (error.code() != oci::ErrorCode::kNotFound) throw;
    return exit_status::kNotFound;
  }
}

int print_index(Program& program, const ManifestOptions& options) {
  const OpenedImage image = open_image(program, options.name);
  const std::string bytes = oci::read_blob(*image.blobs, image.root, oci::kMaxManifestSize);
  if (options.raw) {
    print(bytes);
  } else {
    print_document(bytes);
  }
  return exit_status::kDone;
}

int push_index(Program& program, const ManifestOptions& options) {
  auto target =
      oci::ImageName::parse(options.destination.empty() ? options.name : options.destination);
  if (target.transport == oci::Transport::kStore && target.reference) {
    target.transport = oci::Transport::kRegistry;
  }
  if (target.transport == oci::Transport::kRegistry) {
    target.reference = target.reference->with_default_tag();
    program.set_push_hosts({target.reference->host});
  }
  OpenedImage image = open_image(program, options.name);
  if (!image.root.media_type.is_index()) {
    throw oci::Error(oci::ErrorCode::kInvalid, options.name + " is an image, not an index",
                     "bale push takes images too");
  }
  if (!options.expected_platforms.empty()) {
    check_expectation(oci::read_index(*image.blobs, image.root).value, options);
  }
  if (options.format) image = in_format(program, image, *options.format);
  write_image(program, image, target, {options.force});
  const std::string digest = image.root.digest.to_string();
  if (!options.digest_file.empty()) write_result(options.digest_file, digest, program.stop());
  if (options.remove_after) open_existing(program, options.name)->remove();
  print_digest(image.root.digest, {target}, {options.digest_file});
  return exit_status::kDone;
}

int remove_indexes(Program& program, const ManifestOptions& options) {
  std::vector<std::unique_ptr<IndexPlace>> places;
  for (const auto& member : options.members) {
    places.push_back(open_existing(program, member));
    (void)present_index(places.back()->read(), member);
  }
  for (const auto& place : places) place->remove();
  return exit_status::kDone;
}

}  // namespace bale::tools
