// SPDX-License-Identifier: Apache-2.0
#include "tinyhttp/tinyhttp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { kRequestMax = 8192, kTimeoutSeconds = 5 };

static struct sockaddr_in address_of(const char* address, int port) {
  struct sockaddr_in result;
  memset(&result, 0, sizeof result);
  result.sin_family = AF_INET;
  result.sin_port = htons((unsigned short)port);
  inet_pton(AF_INET, address, &result.sin_addr);
  return result;
}

// A peer that stays silent must not hold the one thread for ever.
static void limit_waiting(int socket) {
  struct timeval limit = {kTimeoutSeconds, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int tinyhttp_listen(const char* address, int port) {
  struct sockaddr_in where = address_of(address, port);
  int yes = 1;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0) return -1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr*)&where, sizeof where) == 0 && listen(listener, 64) == 0) {
    return listener;
  }
  close(listener);
  return -1;
}

int tinyhttp_port(int listener) {
  struct sockaddr_in where;
  socklen_t length = sizeof where;
  if (getsockname(listener, (struct sockaddr*)&where, &length) != 0) return -1;
  return ntohs(where.sin_port);
}

// Reads until the empty line that ends the header. Returns 0 if it never came.
static int read_request(int client, char* text) {
  size_t length = 0;
  while (length < kRequestMax - 1) {
    ssize_t count = recv(client, text + length, kRequestMax - 1 - length, 0);
    if (count <= 0) return 0;
    length += (size_t)count;
    text[length] = 0;
    if (strstr(text, "\r\n\r\n")) return 1;
  }
  return 0;
}

static int parse_request(char* text, struct tinyhttp_request* request) {
  char method[8];
  if (sscanf(text, "%7s %1023s HTTP/1.", method, request->path) != 2) return 0;
  request->path[strcspn(request->path, "?#")] = 0;
  request->head_only = strcmp(method, "HEAD") == 0;
  return request->path[0] == '/' && (request->head_only || strcmp(method, "GET") == 0);
}

static void send_all(int client, const char* data, size_t length) {
  while (length > 0) {
    ssize_t count = send(client, data, length, MSG_NOSIGNAL);
    if (count <= 0) return;
    data += count;
    length -= (size_t)count;
  }
}

static const char* reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    default: return "Error";
  }
}

static void send_response(int client, const struct tinyhttp_response* response, int head_only) {
  char header[256];
  int length = snprintf(header, sizeof header,
                        "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                        "Connection: close\r\n\r\n",
                        response->status, reason_of(response->status), response->content_type,
                        response->length);
  send_all(client, header, (size_t)length);
  if (!head_only) send_all(client, response->body, response->length);
}

static void answer(int client, tinyhttp_handler handler) {
  char text[kRequestMax];
  struct tinyhttp_request request;
  struct tinyhttp_response response = {400, "text/plain", NULL, 0};
  limit_waiting(client);
  memset(&request, 0, sizeof request);
  if (!read_request(client, text)) return;
  if (parse_request(text, &request)) response = handler(&request);
  send_response(client, &response, request.head_only);
  free(response.body);
}

void tinyhttp_serve(int listener, tinyhttp_handler handler, const volatile int* stop) {
  while (!*stop) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) continue;
    answer(client, handler);
    close(client);
  }
}

int tinyhttp_get_status(int port, const char* path) {
  struct sockaddr_in where = address_of("127.0.0.1", port);
  char text[512];
  int status = -1;
  int server = socket(AF_INET, SOCK_STREAM, 0);
  if (server < 0) return -1;
  limit_waiting(server);
  if (connect(server, (struct sockaddr*)&where, sizeof where) == 0) {
    int length = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    send_all(server, text, (size_t)length);
    ssize_t count = recv(server, text, sizeof text - 1, 0);
    text[count > 0 ? count : 0] = 0;
    sscanf(text, "HTTP/1.1 %d", &status);
  }
  close(server);
  return status;
}
