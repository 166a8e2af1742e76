// Answers that go on: who puts something into them is heard, nobody waits for a reader, and each end comes at once.
#include "portal/http/stream.hpp"

#include <mutex>
#include <vector>

#include <gmock/gmock.h>

#include "portal/http/server_fixture.hpp"

namespace tocsin::portal::http {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::route;
using testing::Running;

/// GET /stream opens one and keeps it.
struct Streams {
  std::mutex mutex;
  std::vector<std::weak_ptr<EventStream>> opened;

  Router router() {
    Router made;
    made.add(route("/stream", [this](const Request&) -> Result<Response> {
      Response response;
      response.content_type = "text/event-stream";
      const auto stream = std::make_shared<EventStream>();
      stream->put("hello\n");
      response.body = body_of(stream);
      const std::lock_guard lock(mutex);
      opened.push_back(stream);
      return response;
    }));
    made.add(route("/", [](const Request&) -> Result<Response> { return Response::text("page"); }));
    return made;
  }
  std::shared_ptr<EventStream> last() {
    const std::lock_guard lock(mutex);
    return opened.empty() ? nullptr : opened.back().lock();
  }
};

template <class Change>
ServerOptions with(Change change) {
  ServerOptions options;
  change(options);
  return options;
}

std::string read(const Client& client, std::size_t bytes) {
  std::string got;
  while (got.size() < bytes) {
    char some[4096];
    const auto count = ::recv(client.socket(), some, std::min(sizeof some, bytes - got.size()), 0);
    if (count <= 0) break;
    got.append(some, static_cast<std::size_t>(count));
  }
  return got;
}
/// Up to the end of the head; what follows it stays unread.
std::string read_head(const Client& client) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const auto byte = read(client, 1);
    if (byte.empty()) break;
    head += byte;
  }
  return head;
}
bool at_end(const Client& client) { return read(client, 1).empty(); }

Client& ask(Client& client, std::string_view method = "GET") {
  client.send(std::string{method} + " /stream HTTP/1.1\r\nHost: portal.example\r\nAccept-Encoding: gzip, br\r\n\r\n");
  return client;
}

TEST(EventStreams, WhatIsPutArrivesAsItIsPut) {
  Streams streams;
  const Running running{streams.router()};
  Client client{running.port()};
  const auto head = read_head(ask(client));
  EXPECT_THAT(head, HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(head, HasSubstr("Cache-Control: no-store"));
  EXPECT_THAT(head, HasSubstr("Connection: close"));
  EXPECT_THAT(head, ::testing::Not(HasSubstr("Content-Length")));
  EXPECT_THAT(head, ::testing::Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(head, ::testing::Not(HasSubstr("ETag")));
  EXPECT_EQ(read(client, 6), "hello\n");
  const auto stream = streams.last();
  ASSERT_NE(stream, nullptr);
  EXPECT_TRUE(stream->put("one\n"));
  EXPECT_EQ(read(client, 4), "one\n");
  EXPECT_TRUE(stream->put("two\n"));
  EXPECT_TRUE(stream->put("three\n"));
  EXPECT_EQ(read(client, 10), "two\nthree\n");
  stream->close();
  EXPECT_TRUE(at_end(client));
  EXPECT_FALSE(stream->put("late\n"));
}

TEST(EventStreams, HoldNoThread) {
  Streams streams;
  const Running running{streams.router(),
                        with([](ServerOptions& it) { it.network_threads = it.blocking_threads = 1; })};
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(running.port()));
    read_head(ask(*clients.back()));
    EXPECT_EQ(read(*clients.back(), 6), "hello\n");
  }
  Client other{running.port()};
  EXPECT_EQ(other.get("/").body, "page");
}

TEST(EventStreams, AReaderWhoLeavesEndsThem) {
  Streams streams;
  const Running running{streams.router()};
  {
    Client client{running.port()};
    read_head(ask(client));
    EXPECT_EQ(read(client, 6), "hello\n");
  }
  running.wait_for_connections(0);
  EXPECT_EQ(streams.last(), nullptr) << "nobody holds what nobody reads";
}

TEST(EventStreams, StoppingEndsThemAtOnce) {
  Streams streams;
  // Not by the deadline of draining: the test would hang.
  Running running{streams.router(), with([](ServerOptions& it) { it.drain_timeout_ms = 3'600'000; })};
  Client client{running.port()};
  read_head(ask(client));
  EXPECT_EQ(read(client, 6), "hello\n");
  running.stop();
  EXPECT_TRUE(at_end(client));
}

TEST(EventStreams, ASlowReaderIsCutOff) {
  Streams streams;
  // Not by the time for writing either.
  const Running running{streams.router(), with([](ServerOptions& it) { it.write_timeout_ms = 3'600'000; })};
  Client client{running.port()};
  read_head(ask(client));
  EXPECT_EQ(read(client, 6), "hello\n");
  const std::string much(8'000, 'x');
  // What the kernel takes goes out; then it waits, and then there is too much of it.
  for (auto stream = streams.last(); stream != nullptr && stream->put(much);) {
  }
  running.wait_for_connections(0);
  EXPECT_EQ(streams.last(), nullptr);
}

TEST(EventStreams, HeadHasNone) {
  Streams streams;
  const Running running{streams.router()};
  Client client{running.port()};
  EXPECT_THAT(read_head(ask(client, "HEAD")), HasSubstr("HTTP/1.1 200 OK"));
  client.finish();
  EXPECT_TRUE(at_end(client));
  running.wait_for_connections(0);
  EXPECT_EQ(streams.last(), nullptr);
}

TEST(EventStreams, WhoSpeaksMeanwhileIsNotHeard) {
  Streams streams;
  const Running running{streams.router()};
  Client client{running.port()};
  read_head(ask(client));
  EXPECT_EQ(read(client, 6), "hello\n");
  client.send("GET / HTTP/1.1\r\nHost: portal.example\r\n\r\n");
  EXPECT_TRUE(at_end(client));
}

TEST(EventStream, KeepsWhatWasPutBeforeSomebodyListens) {
  EventStream stream;
  EXPECT_TRUE(stream.put("a"));
  int woken = 0;
  stream.on_change([&woken] { ++woken; });
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(stream.put("b"));
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(stream.take().bytes, "ab");
  EXPECT_EQ(stream.take().bytes, "");
  stream.end();
  EXPECT_EQ(woken, 2) << "who has ended it needs not be told";
  EXPECT_TRUE(stream.take().closed);
}

TEST(EventStream, GoesWithItsBody) {
  auto body = body_of(std::make_shared<EventStream>());
  EXPECT_TRUE(body->empty());
  const std::weak_ptr<EventStream> stream = stream_of(body);
  EXPECT_FALSE(stream.expired());
  body.reset();
  EXPECT_TRUE(stream.expired());
  EXPECT_EQ(stream_of(std::make_shared<const std::string>()), nullptr);
  EXPECT_EQ(stream_of(nullptr), nullptr);
}

TEST(EventStream, TooMuchUnreadClosesIt) {
  EventStream stream;
  const std::string half(EventStream::kBytesMax / 2, 'x');
  EXPECT_TRUE(stream.put(half));
  EXPECT_TRUE(stream.put(half));
  EXPECT_FALSE(stream.put("y"));
  EXPECT_TRUE(stream.closed());
  EXPECT_EQ(stream.take().bytes, "");
}

}  // namespace
}  // namespace tocsin::portal::http
