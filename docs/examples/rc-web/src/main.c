// SPDX-License-Identifier: Apache-2.0
// rc-web: serves the files of a folder, and tells on what machine it runs.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "tinyhttp/tinyhttp.h"

#define RC_WEB_VERSION "0.1.0"

enum { kFileMax = 1 << 20 };

static volatile int stop = 0;

static void on_signal(int number) {
  (void)number;
  stop = 1;
}

// No SA_RESTART: accept returns, and the server sees that it should end.
static void catch_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
}

static const char* setting(const char* name, const char* otherwise) {
  const char* value = getenv(name);
  return value && *value ? value : otherwise;
}

static struct tinyhttp_response respond(int status, const char* content_type, const char* text) {
  struct tinyhttp_response response = {status, content_type, strdup(text), strlen(text)};
  return response;
}

static struct tinyhttp_response describe_machine(void) {
  struct utsname machine;
  char text[512];
  uname(&machine);
  snprintf(text, sizeof text, "{\"service\":\"rc-web\",\"version\":\"%s\",\"machine\":\"%s\"}\n",
           RC_WEB_VERSION, machine.machine);
  return respond(200, "application/json", text);
}

static const char* content_type_of(const char* path) {
  const char* dot = strrchr(path, '.');
  if (dot && strcmp(dot, ".html") == 0) return "text/html; charset=utf-8";
  if (dot && strcmp(dot, ".css") == 0) return "text/css; charset=utf-8";
  return "application/octet-stream";
}

static struct tinyhttp_response send_file(const char* path) {
  char name[2 * TINYHTTP_PATH_MAX];
  struct tinyhttp_response response = {200, content_type_of(path), NULL, 0};
  FILE* file = NULL;
  snprintf(name, sizeof name, "%s%s", setting("RC_WEB_ROOT", "public"), path);
  if (!strstr(path, "..")) file = fopen(name, "rb");
  if (!file) return respond(404, "text/plain", "not found\n");
  response.body = malloc(kFileMax);
  response.length = response.body ? fread(response.body, 1, kFileMax, file) : 0;
  fclose(file);
  return response;
}

static struct tinyhttp_response handle(const struct tinyhttp_request* request) {
  if (strcmp(request->path, "/health") == 0) return respond(200, "text/plain", "ok\n");
  if (strcmp(request->path, "/api/machine") == 0) return describe_machine();
  if (strcmp(request->path, "/") == 0) return send_file("/index.html");
  return send_file(request->path);
}

static int serve(int port) {
  const char* address = setting("RC_WEB_ADDRESS", "127.0.0.1");
  int listener = tinyhttp_listen(address, port);
  if (listener < 0) {
    perror("rc-web: listen");
    return 1;
  }
  catch_signals();
  printf("rc-web %s listening on %s:%d\n", RC_WEB_VERSION, address, tinyhttp_port(listener));
  fflush(stdout);
  tinyhttp_serve(listener, handle, &stop);
  return 0;
}

int main(int argc, char** argv) {
  int port = atoi(setting("RC_WEB_PORT", "8080"));
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    puts("rc-web " RC_WEB_VERSION);
    return 0;
  }
  if (argc == 2 && strcmp(argv[1], "--check") == 0) {
    return tinyhttp_get_status(port, "/health") == 200 ? 0 : 1;
  }
  return serve(port);
}
