// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

namespace bale::oci {

/// A library that is loaded while the program runs, so that whoever does not need it does not wait
/// for it and all that it needs itself. It stays loaded. Thread-safe.
class SharedLibrary {
 public:
  /// A function of the library, which becomes a pointer of the type that is asked for.
  class Function {
   public:
    explicit Function(void* address) : address_(address) {}
    template <typename Pointer>
    requires std::is_pointer_v<Pointer>
    operator Pointer() const {  // NOLINT(google-explicit-constructor)
      return reinterpret_cast<Pointer>(address_);
    }

   private:
    void* address_;
  };

  /// By the name that the loader knows it under. Throws kFailed, naming the Debian package that has
  /// it, where it is not installed.
  SharedLibrary(const char* name, const char* package);

  /// Throws kFailed where the library has no such function.
  Function operator[](const char* function) const;

 private:
  const char* name_;
  void* handle_;
};

}  // namespace bale::oci
