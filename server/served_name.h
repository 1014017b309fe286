// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "oci/reference.h"

namespace bale::server {

// How full names of a store and repositories in paths go together:
//
//   in the store                served as
//   ghcr.io/team/app            ghcr.io/team/app
//   localhost/app               app, localhost/app
//   127.0.0.1:5000/app          app (no path can hold a port)
//   docker.io/library/debian    docker.io/library/debian, docker.io/debian, library/debian, debian
//
// What is pushed to `app` is `localhost/app` in the store.

/// The name that something pushed to the repository gets, without tag or digest. The repository is
/// valid.
oci::Reference stored_name_of(const std::string& repository);

/// The repository that stands for a name where all are listed.
std::string repository_of(const oci::Reference& stored);

/// Where several names are served as one repository, the one of the lowest precedence counts.
/// Nothing where the name is not served as this repository.
std::optional<int> precedence(const oci::Reference& stored, const std::string& repository);

}  // namespace bale::server
