// SPDX-License-Identifier: Apache-2.0
#include "oci/shared_library.h"

#include <string>

#include <dlfcn.h>

#include "oci/error.h"

namespace bale::oci {

SharedLibrary::SharedLibrary(const char* name, const char* package)
    : name_(name), handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ != nullptr) return;
  throw Error(ErrorCode::kFailed, std::string("loading a library: ") + ::dlerror(),
              std::string("apt-get install ") + package);
}

SharedLibrary::Function SharedLibrary::operator[](const char* function) const {
  void* const address = ::dlsym(handle_, function);
  if (address != nullptr) return Function(address);
  throw Error(ErrorCode::kFailed, std::string(name_) + " has no function " + function);
}

}  // namespace bale::oci
