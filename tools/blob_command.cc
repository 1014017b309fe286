// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "registry/blob_pusher.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/file_blobs.h"
#include "tools/output_file.h"
#include "tools/program.h"
#include "tools/push_flow.h"
#include "tools/registry_name.h"

namespace bale::tools {

namespace {

struct BlobOptions {
  std::string name;
  std::string file;
};

int get_blob(Program& program, const BlobOptions& options) {
  const auto [name, digest] = blob_name(options.name);
  const auto repository = program.repository(name, registry::Repository::Access::kPull);
  const auto size = repository.head_blob(digest);
  if (!size) {
    throw oci::Error(oci::ErrorCode::kNotFound,
                     "no blob " + digest.to_string() + " in " + name.name());
  }
  const auto source =
      repository.open({.media_type = "application/octet-stream", .digest = digest, .size = *size});
  oci::NewFile file = open_output(options.file.empty() ? "-" : options.file, program.stop());
  oci::copy(*source, file);
  file.finish();
  return exit_status::kDone;
}

int put_blob(Program& program, const BlobOptions& options) {
  const auto name = repository_name(options.name);
  program.set_push_hosts({name.host});
  FileBlobs blobs;
  const oci::Descriptor blob = blobs.add_file(options.file, "application/octet-stream");
  registry::BlobPusher pusher(program.repository(name, registry::Repository::Access::kPush),
                              pusher_options(program), program.progress(), program.stop());
  pusher.start_blob(blob, blobs);
  pusher.wait();
  print(blob.digest.to_string() + "\n");
  return exit_status::kDone;
}

}  // namespace

void add_blob_command(const Command& bale) {
  auto options = std::make_shared<BlobOptions>();  // shared with the actions
  const Command command = bale.group("blob", "Read and write single blobs in a registry");
  const Command get = command.subcommand("get", "Fetch a blob, verified");
  get.argument("REPO@DIGEST", options->name, "The blob").required();
  get.text("-o,--output", options->file, "FILE", "Where to; standard output by default");
  get.runs(get_blob, options);
  const Command put = command.subcommand("put", "Send a file as a blob");
  put.argument("REPO", options->name, "The repository").required();
  put.argument("FILE", options->file, "The content").required();
  put.runs(put_blob, options);
}

}  // namespace bale::tools
