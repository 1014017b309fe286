// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/secret.h"

namespace bale::registry {

using oci::Secret;

}  // namespace bale::registry
