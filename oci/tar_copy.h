// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/io.h"

namespace bale::oci {

/// Copies a tar as it is, and checks on the way that it is one: every header is read, contents are
/// whole, nothing is what a TarReader refuses. One that holds no entries, zeros alone, is a tar
/// too. Throws kCorrupt for anything else; what `to` has by then is no tar.
void copy_tar(Source& tar, Sink& to);

}  // namespace bale::oci
