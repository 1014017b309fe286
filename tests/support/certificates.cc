// SPDX-License-Identifier: Apache-2.0
#include "tests/support/certificates.h"

#include <stdexcept>

#include "tests/support/peer_tool.h"

namespace bale::test {

void make_certificates(const std::filesystem::path& folder) {
  const PeerRun made = run_peer(
      "{ cd " + folder.string() +
      " && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out "
      "ca.crt"
      " && for name in server client; do openssl req -newkey rsa:2048 -nodes -subj /CN=$name"
      " -keyout $name.key -out $name.csr && printf 'subjectAltName=IP:127.0.0.1' > ext"
      " && openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2"
      " -extfile ext -out $name.crt || exit 1; done; }");
  if (made.status != 0) throw std::runtime_error("openssl makes no certificates: " + made.output);
}

}  // namespace bale::test
