// SPDX-License-Identifier: Apache-2.0
// tinyhttp: as much of an HTTP/1.1 server as one small service needs. One connection
// at a time, one request a connection, GET and HEAD only.
#ifndef TINYHTTP_H
#define TINYHTTP_H

#include <stddef.h>

enum { TINYHTTP_PATH_MAX = 1024 };

struct tinyhttp_request {
  char path[TINYHTTP_PATH_MAX];  // begins with '/', without the query
  int head_only;
};

struct tinyhttp_response {
  int status;
  const char* content_type;
  char* body;  // from malloc; freed once it was sent
  size_t length;
};

typedef struct tinyhttp_response (*tinyhttp_handler)(const struct tinyhttp_request* request);

// Listens on address:port and returns the socket, or -1 with errno set. Port 0 lets the
// kernel choose; tinyhttp_port tells what it chose.
int tinyhttp_listen(const char* address, int port);
int tinyhttp_port(int listener);

// Answers requests until *stop is not 0.
void tinyhttp_serve(int listener, tinyhttp_handler handler, const volatile int* stop);

// The status of a GET to 127.0.0.1, or -1.
int tinyhttp_get_status(int port, const char* path);

#endif
