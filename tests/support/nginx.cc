// SPDX-License-Identifier: Apache-2.0
#include "tests/support/nginx.h"

#include <filesystem>
#include <fstream>

namespace bale::test {

namespace {

constexpr const char* kProgram = "/usr/sbin/nginx";

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
}

std::vector<std::string> command_for(const std::filesystem::path& folder, std::string http,
                                     int port) {
  replace_all(http, "@PORT@", std::to_string(port));
  replace_all(http, "@FOLDER@", folder.string());
  std::ofstream(folder / "nginx.conf")
      << "daemon off;\nmaster_process off;\npid " << (folder / "pid").string()
      << ";\nerror_log stderr notice;\nevents {}\nhttp {\n  access_log off;\n"
      << "  client_body_temp_path " << (folder / "bodies").string() << ";\n  proxy_temp_path "
      << (folder / "answers").string() << ";\n  fastcgi_temp_path " << (folder / "f").string()
      << ";\n  uwsgi_temp_path " << (folder / "u").string() << ";\n  scgi_temp_path "
      << (folder / "s").string() << ";\n"
      << http << "}\n";
  return {kProgram, "-p", folder.string(), "-e", "stderr", "-c", (folder / "nginx.conf").string()};
}

}  // namespace

Nginx::Nginx(const std::string& configuration)
    : process_([&](int port) { return command_for(folder_.path(), configuration, port); },
               "using the \"epoll\" event method") {}

std::string Nginx::in_front_of(const std::string& server, const std::string& more) {
  return "  server {\n    listen 127.0.0.1:@PORT@;\n    client_max_body_size 0;\n"
         "    location / {\n      proxy_pass http://" +
         server + ";\n      proxy_set_header Host $http_host;\n" + more + "    }\n  }\n";
}

std::string Nginx::tls_in_front_of(const std::string& server,
                                   const std::filesystem::path& certificates) {
  const std::string at = certificates.string();
  return "  log_format requests \"$server_protocol $connection $request_method $request_length\";\n"
         "  server {\n    listen 127.0.0.1:@PORT@ ssl http2;\n    ssl_certificate " +
         at + "/server.crt;\n    ssl_certificate_key " + at + "/server.key;\n    access_log " + at +
         "/access.log requests;\n    client_max_body_size 0;\n    location / {\n"
         "      proxy_pass http://" +
         server +
         ";\n      proxy_http_version 1.1;\n      proxy_request_buffering off;\n"
         "      proxy_set_header Host $http_host;\n"
         "      proxy_set_header X-Forwarded-Proto https;\n    }\n  }\n";
}

bool Nginx::is_installed() { return std::filesystem::exists(kProgram); }

}  // namespace bale::test
