// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/reference.h"
#include "oci/remote_images.h"
#include "registry/blob_pusher.h"
#include "registry/push.h"
#include "registry/push_plan.h"
#include "tools/program.h"

namespace bale::tools {

/// The registries of these names.
std::set<std::string> hosts_of(const std::vector<oci::Reference>& names);

/// For an upload of blobs with these origins, so that they can be mounted instead of sent.
registry::BlobPusherOptions pusher_options(Program& program,
                                           std::function<oci::BlobOrigins()> origins);
/// The same for what the store knows of its images' origins.
registry::BlobPusherOptions pusher_options(Program& program);

/// Pushes one image under tags of one repository, through `pusher`, and remembers it. Tells what
/// moved through the program's progress. Of the options the guards count.
void push_tags(Program& program, const oci::BlobProvider& blobs, const oci::Descriptor& root,
               const std::set<std::string>& tags, registry::BlobPusher& pusher,
               registry::PushOptions options);

/// What `push_tags` would do.
registry::PushPlan plan_tags(Program& program, const oci::BlobProvider& blobs,
                             const oci::Descriptor& root, const std::set<std::string>& tags,
                             const registry::Repository& to, registry::PushOptions options);

}  // namespace bale::tools
