// SPDX-License-Identifier: Apache-2.0
#include "registry/tag_guard.h"

#include <algorithm>

#include "oci/error.h"

namespace bale::registry {

bool TagGuard::is_conditional() const {
  return options_.existing == Existing::kKeep || options_.expected.has_value();
}

bool TagGuard::may_set_unseen() const {
  const bool new_tags =
      std::none_of(options_.tags.begin(), options_.tags.end(),
                   [this](const std::string& tag) { return options_.known_tags.count(tag) > 0; });
  return options_.known_there && new_tags && !is_conditional() && !protects_indexes();
}

bool TagGuard::protects_indexes() const {
  return options_.replace == PushOptions::Replace::kSameKind && !root_.media_type.is_index();
}

void TagGuard::check(const std::string& tag, const std::optional<oci::Descriptor>& present) const {
  const std::string name = repository_ + ":" + tag;
  if (options_.existing == Existing::kKeep && present) {
    throw oci::Error(oci::ErrorCode::kFailed,
                     name + " is there already, as " + present->digest.to_string(),
                     "use another tag, or leave --no-clobber out");
  }
  if (options_.expected && (!present || present->digest != *options_.expected)) {
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     name + " is " + (present ? present->digest.to_string() : "not there") +
                         ", and was expected to be " + options_.expected->to_string(),
                     "somebody else has pushed meanwhile: look at what is there now");
  }
  if (present && present->media_type.is_index() && protects_indexes()) {
    throw oci::Error(oci::ErrorCode::kFailed,
                     name +
                         " is an index of several platforms, and would be replaced by an image "
                         "of one",
                     "push the index, use another tag, or say --force");
  }
}

}  // namespace bale::registry
