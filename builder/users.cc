// SPDX-License-Identifier: Apache-2.0
#include "builder/users.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "builder/resolve.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

constexpr std::size_t kMaxTable = std::size_t{16} * 1024 * 1024;  // some 200,000 users

/// A line of /etc/passwd or /etc/group: NAME, something, ID and, for users, the primary group.
struct Account {
  std::uint32_t id = 0;
  std::uint32_t group = 0;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

std::uint32_t require_id(std::string_view text) {
  // The highest number means "leave it as it is" to chown(2).
  const std::optional<std::uint32_t> id = parse_id(text);
  if (!id || *id == UINT32_MAX)
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "no user or group can have the number " + std::string(text));
  return *id;
}

std::string read_table(const FileTree& tree, const std::string& path) {
  const Resolved table = resolve(tree, path, LastLink::kFollow);
  if (!table.file || !table.file->is_regular()) return {};
  return read_tree_file(tree, table.path, kMaxTable);
}

std::optional<Account> find_account(std::string_view table, std::string_view name) {
  for (const std::string_view line : split(table, '\n')) {
    const std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() < 3 || fields[0] != name) continue;
    const std::optional<std::uint32_t> id = parse_id(fields[2]);
    if (!id) continue;
    return Account{*id, fields.size() > 3 ? parse_id(fields[3]).value_or(0) : 0};
  }
  if (name == "root") return Account{};
  return std::nullopt;
}

Account require_account(const FileTree& tree, const std::string& path, std::string_view name) {
  if (const auto account = find_account(read_table(tree, path), name)) return *account;
  throw oci::Error(oci::ErrorCode::kInvalid,
                   "no \"" + std::string(name) + "\" in /" + path + " of the image",
                   "create it in an earlier step, or give its number");
}

}  // namespace

Owner find_owner(const FileTree& tree, const std::string& user_and_group) {
  const std::size_t colon = std::min(user_and_group.find(':'), user_and_group.size());
  const std::string_view user = std::string_view(user_and_group).substr(0, colon);
  const std::string_view group =
      std::string_view(user_and_group).substr(std::min(colon + 1, user_and_group.size()));
  Owner owner;
  if (is_number(user)) {
    owner = {require_id(user), require_id(user)};
  } else if (!user.empty()) {
    const Account account = require_account(tree, "etc/passwd", user);
    owner = {account.id, account.group};
  }
  if (is_number(group))
    owner.gid = require_id(group);
  else if (!group.empty())
    owner.gid = require_account(tree, "etc/group", group).id;
  return owner;
}

}  // namespace bale::builder
