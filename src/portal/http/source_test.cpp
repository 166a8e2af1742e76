// Answers that are made piece by piece: whole or recognisably not, never faster than they are read, and gone with
// whoever reads them.
#include "portal/http/source.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "engine/identity/principal.hpp"
#include "portal/http/server_fixture.hpp"

namespace tocsin::portal::http {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::route;
using testing::Running;

using Piece = Result<std::optional<std::string>>;

/// GET /file is made by `make`, which is told how many pieces there were before.
struct Files {
  std::function<Piece(int)> make;
  std::atomic<int> pulls{0}, alive{0};

  Router router() {
    Router made;
    made.add(route("/file", [this](const Request&) -> Result<Response> {
      struct Counted {
        explicit Counted(std::atomic<int>& count) : alive(count) { ++alive; }
        ~Counted() { --alive; }
        Counted(const Counted&) = delete;
        Counted& operator=(const Counted&) = delete;
        std::atomic<int>& alive;
        int given = 0;
      };
      Response response;
      response.content_type = "text/csv; charset=utf-8";
      response.cacheable = true;  // It is not, whatever the handler says.
      response.body = body_of([this, counted = std::make_shared<Counted>(alive)] {
        ++pulls;
        return make(counted->given++);
      });
      return response;
    }));
    made.add(route("/", [](const Request&) -> Result<Response> { return Response::text("page"); }));
    return made;
  }
  void wait_until_gone() const {
    while (alive != 0) std::this_thread::yield();
  }
};

/// So many pieces, then the end.
std::function<Piece(int)> pieces(std::vector<std::string> all) {
  return [all = std::move(all)](int given) -> Piece {
    if (std::cmp_equal(given, all.size())) return std::optional<std::string>{};
    return std::optional{all[static_cast<std::size_t>(given)]};
  };
}
/// Without end: 64 KB each.
Piece endless(int) { return std::optional{std::string(std::size_t{64} << 10, 'x')}; }

template <class Change>
ServerOptions with(Change change) {
  ServerOptions options;
  change(options);
  return options;
}

/// Everything until the connection ends.
std::string read_all(const Client& client) {
  std::string got;
  char some[4096];
  for (;;) {
    const auto count = ::recv(client.socket(), some, sizeof some, 0);
    if (count <= 0) return got;
    got.append(some, static_cast<std::size_t>(count));
  }
}
void ask(const Client& client, std::string_view method = "GET", std::string_view version = "1.1") {
  client.send(std::string{method} + " /file HTTP/" + std::string{version} +
              "\r\nHost: portal.example\r\nAccept-Encoding: gzip, br\r\n\r\n");
}

TEST(Sources, ComeInChunksAndTheConnectionGoesOn) {
  Files files{.make = pieces({"one\n", "", "two\n", std::string(100'000, 'y')})};
  const Running running{files.router()};
  Client client{running.port()};
  for (int i = 0; i < 2; ++i) {
    const auto reply = client.get("/file", "Accept-Encoding: gzip, br\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "one\ntwo\n" + std::string(100'000, 'y')) << "an empty piece is no end";
    EXPECT_EQ(reply.header("transfer-encoding"), "chunked");
    EXPECT_EQ(reply.header("content-type"), "text/csv; charset=utf-8");
    EXPECT_EQ(reply.header("cache-control"), "no-store");
    for (const auto* absent : {"content-length", "content-encoding", "etag", "last-modified"}) {
      EXPECT_EQ(reply.header(absent), "") << absent;
    }
    EXPECT_EQ(files.pulls, 5 * (i + 1)) << "made anew for each who asks";
  }
  EXPECT_EQ(client.get("/").body, "page");
  files.wait_until_gone();
}

TEST(Sources, OfNothingAreAnEmptyBody) {
  Files files{.make = pieces({})};
  const Running running{files.router()};
  Client client{running.port()};
  const auto reply = client.get("/file");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(client.get("/").body, "page");
}

TEST(Sources, WhoPipelinesGetsEachInItsPlace) {
  Files files{.make = pieces({"one\n"})};
  const Running running{files.router()};
  Client client{running.port()};
  const std::string file = "GET /file HTTP/1.1\r\nHost: a\r\n\r\n", page = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(file + page + file);
  EXPECT_EQ(client.read().body, "one\n");
  EXPECT_EQ(client.read().body, "page");
  EXPECT_EQ(client.read().body, "one\n");
}

TEST(Sources, HeadAsksForNothing) {
  Files files{.make = pieces({"one\n"})};
  const Running running{files.router()};
  Client client{running.port()};
  ask(client, "HEAD");
  const auto reply = client.read(true);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(client.get("/").body, "page") << "nothing of a body came in between";
  EXPECT_EQ(files.pulls, 0);
  files.wait_until_gone();
}

TEST(Sources, AnOldClientReadsUntilTheEnd) {
  Files files{.make = pieces({"one\n", "two\n"})};
  const Running running{files.router()};
  const Client client{running.port()};
  client.send("GET /file HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto all = read_all(client);
  EXPECT_THAT(all, HasSubstr("Connection: close"));
  EXPECT_THAT(all, Not(HasSubstr("chunked")));
  EXPECT_THAT(all, ::testing::EndsWith("\r\n\r\none\ntwo\n"));
}

TEST(Sources, ThatFailAreNotTakenForTheWhole) {
  const std::function<Piece(int)> failing[] = {[](int given) -> Piece {
                                                 if (given == 1) return Error::conflict("another column came");
                                                 return std::optional<std::string>{"one\n"};
                                               },
                                               [](int given) -> Piece {
                                                 if (given == 1) throw std::runtime_error{"secret detail"};
                                                 return std::optional<std::string>{"one\n"};
                                               },
                                               [](int given) -> Piece {
                                                 if (given == 1) throw 7;
                                                 return std::optional<std::string>{"one\n"};
                                               }};
  for (const auto& each : failing) {
    Files files{.make = each};
    const Running running{files.router()};
    const Client client{running.port()};
    ask(client);
    const auto all = read_all(client);
    EXPECT_THAT(all, ::testing::EndsWith("\r\n\r\n4\r\none\n\r\n")) << "no last chunk";
    EXPECT_THAT(all, Not(HasSubstr("secret")));
    EXPECT_EQ(files.pulls, 2);
    files.wait_until_gone();
  }
}

TEST(Sources, AreMadeAsFastAsTheyAreReadAndHoldNoThread) {
  Files files{.make = endless};
  const Running running{files.router(), with([](ServerOptions& it) { it.network_threads = it.blocking_threads = 1; })};
  std::vector<std::unique_ptr<Client>> lazy;
  for (int i = 0; i < 10; ++i) {
    lazy.push_back(std::make_unique<Client>(running.port()));
    ask(*lazy.back());
  }
  // What the sockets hold is made, and then no more: two looks show the same.
  int before = -1;
  for (int now = files.pulls; now == 0 || now != before; now = files.pulls) {
    before = now;
    Client other{running.port()};
    for (int i = 0; i < 50; ++i) ASSERT_EQ(other.get("/").body, "page");
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  EXPECT_LT(before, 10 * 200) << "64 KB each: what the kernel takes of ten connections";
  lazy.clear();
  files.wait_until_gone();
}

TEST(Sources, EndWithWhoeverReadsThem) {
  Files files{.make = endless};
  const Running running{files.router()};
  {
    const Client client{running.port()};
    ask(client);
    char some[1024];
    ASSERT_GT(::recv(client.socket(), some, sizeof some, 0), 0);
  }
  files.wait_until_gone();
  running.wait_for_connections(0);
}

TEST(Sources, WhoReadsNothingIsCutOff) {
  Files files{.make = endless};
  const Running running{files.router(), with([](ServerOptions& it) { it.write_timeout_ms = 50; })};
  const Client client{running.port()};
  ask(client);
  running.wait_for_connections(0);
  files.wait_until_gone();
}

TEST(Sources, AServerThatStopsLetsThemFinishForAWhile) {
  std::atomic<bool> go_on{false};
  Files files{.make = [&](int given) -> Piece {
    while (given == 1 && !go_on) std::this_thread::yield();
    if (given == 2) return std::optional<std::string>{};
    return std::optional<std::string>{"piece\n"};
  }};
  Running running{files.router()};
  Client client{running.port()};
  ask(client);
  while (files.pulls < 2) std::this_thread::yield();
  running.server().stop();
  go_on = true;
  EXPECT_EQ(client.read().body, "piece\npiece\n");
  running.stop();
  files.wait_until_gone();
}

TEST(Sources, AServerThatStopsDoesNotWaitForEver) {
  Files files{.make = endless};
  Running running{files.router(), with([](ServerOptions& it) { it.drain_timeout_ms = 50; })};
  const Client client{running.port()};
  ask(client);
  while (files.pulls == 0) std::this_thread::yield();
  running.stop();
  files.wait_until_gone();
}

TEST(Sources, WaitForAFullPool) {
  std::atomic<bool> blocked{true};
  std::atomic<int> waiting{0};
  // More than sockets hold, so that the second piece is asked for only once somebody reads.
  const std::string large(std::size_t{32} << 20, 'x');
  Files files{.make = pieces({large, "two\n"})};
  auto router = files.router();
  router.add(route("/slow", [&](const Request&) -> Result<Response> {
    ++waiting;
    while (blocked) std::this_thread::yield();
    return Response::text("slow");
  }));
  Running running{std::move(router), with([](ServerOptions& it) {
                    it.blocking_threads = 1;
                    it.blocking_queue_max = 1;
                  })};
  Client reader{running.port()};
  const Client holder{running.port()}, queued{running.port()};
  ask(reader);
  while (files.pulls == 0) std::this_thread::yield();
  const std::string slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
  holder.send(slow);
  while (waiting == 0) std::this_thread::yield();
  queued.send(slow);
  while (running.server().queued() == 0) std::this_thread::yield();
  std::string body;
  std::thread reading{[&] { body = reader.read().body; }};
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  EXPECT_EQ(files.pulls, 1);
  blocked = false;
  reading.join();
  EXPECT_EQ(body.size(), large.size() + 4) << "late, and whole";
}

TEST(Sources, EndWhereTheAskerIsSomebodyElseByNow) {
  for (const bool gone : {true, false}) {
    std::atomic<bool> changed{false};
    Files files{.make = [&](int given) -> Piece {
      if (given == 1) changed = true;
      return std::optional<std::string>{"piece\n"};
    }};
    ServerHooks hooks;
    hooks.identify_from_memory = [&](Request& request) {
      if (changed && gone) return true;  // Nobody.
      request.principal = std::make_shared<engine::identity::Principal>();
      request.asker = changed ? "another session" : "a session";
      return true;
    };
    const Running running{files.router(), {}, std::move(hooks)};
    const Client client{running.port()};
    ask(client);
    const auto all = read_all(client);
    EXPECT_THAT(all, ::testing::EndsWith("6\r\npiece\n\r\n6\r\npiece\n\r\n"));
    EXPECT_EQ(files.pulls, 2);
    files.wait_until_gone();
  }
}

}  // namespace
}  // namespace tocsin::portal::http
