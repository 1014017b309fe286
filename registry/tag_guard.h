// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "oci/descriptor.h"
#include "registry/push.h"

namespace bale::registry {

/// Which tags a push may set: what its options say of tags that are there. Any thread.
class TagGuard {
 public:
  /// Of a push of `root` to `repository`, both of which must outlive it, as must the options.
  TagGuard(const std::string& repository, const oci::Descriptor& root, const PushOptions& options)
      : repository_(repository), root_(root), options_(options) {}

  /// Whether a tag must be as it is expected to be up to the moment in which it is set.
  bool is_conditional() const;
  /// A repository that is remembered to have taken the digest, but not under these tags, most
  /// likely has it still: asking for it first makes the question for the tags needless. They still
  /// have to be looked at where what they name counts.
  bool may_set_unseen() const;

  /// Throws where the tag, which names `present` now, must not be set: kFailed where an index would
  /// be replaced by an image or a tag that is to be kept, kCorrupt where it is not as expected.
  void check(const std::string& tag, const std::optional<oci::Descriptor>& present) const;

 private:
  bool protects_indexes() const;

  const std::string& repository_;
  const oci::Descriptor& root_;
  const PushOptions& options_;
};

}  // namespace bale::registry
