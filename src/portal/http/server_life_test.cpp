// What the server keeps over several requests: finished answers, running handlers, itself while it stops.
#include <future>

#include <gmock/gmock.h>

#include "portal/http/server_fixture.hpp"

namespace tocsin::portal::http {
namespace {

using testing::Client;
using testing::route;
using testing::Running;

Router router_of_a_page() {
  Router router;
  router.add(route("/", [](const Request&) -> Result<Response> { return Response::text("hello"); }));
  return router;
}

struct Counting {
  std::atomic<int> calls{0};
  std::atomic<std::int64_t> generation{1};
  std::atomic<bool> member{false};
  ServerHooks hooks() {
    ServerHooks made;
    made.generation = [this] { return generation.load(); };
    made.identify_from_memory = [](Request& request) {
      if (request.header("x-org") == "7") request.viewer.organisation = domain::OrganisationId{7};
      return true;
    };
    return made;
  }
  Router router() {
    Router made;
    auto page = route("/page", [this](const Request& request) -> Result<Response> {
      auto response =
          Response::html("call " + std::to_string(++calls) + (request.viewer.organisation ? " member" : "") +
                         (request.representation == Representation::json ? " json" : ""));
      response.cacheable = true;
      return response;
    });
    made.add(page);
    auto feed = page;
    feed.pattern = "/feed";
    feed.varies_by_host = true;
    made.add(std::move(feed));
    made.add(route("/fresh", [this](const Request&) -> Result<Response> {
      return Response::html("call " + std::to_string(++calls));
    }));
    made.add(route("/error", [this](const Request&) -> Result<Response> {
      auto response = Response::html("call " + std::to_string(++calls), 404);
      response.cacheable = true;
      return response;
    }));
    return made;
  }
};

TEST(AnswerCaching, KeepsAnswersWhileTheDataStands) {
  Counting counting;
  Running running{counting.router(), {}, counting.hooks()};
  Client client{running.port()};
  EXPECT_EQ(client.get("/page").body, "call 1");
  const auto cached = client.get("/page");
  EXPECT_EQ(cached.body, "call 1");
  EXPECT_EQ(client.get("/page", "If-None-Match: " + cached.header("etag") + "\r\n").status, 304);
  client.send("HEAD /page HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read(true).header("content-length"), "6");
  EXPECT_EQ(counting.calls, 1);
  EXPECT_EQ(running.server().cache().hits(), 3U);

  counting.generation = 2;
  EXPECT_EQ(client.get("/page").body, "call 2");
  EXPECT_EQ(client.get("/page").body, "call 2");
}

TEST(AnswerCaching, NeverSharesBetweenViewers) {
  Counting counting;
  Running running{counting.router(), {}, counting.hooks()};
  Client client{running.port()};
  EXPECT_EQ(client.get("/page", "X-Org: 7\r\n").body, "call 1 member");
  EXPECT_EQ(client.get("/page").body, "call 2");
  EXPECT_EQ(client.get("/page", "X-Org: 7\r\n").body, "call 1 member");
  EXPECT_EQ(client.get("/page").body, "call 2");
}

TEST(AnswerCaching, KeepsRepresentationsEncodingsTargetsAndHostsApart) {
  Counting counting;
  Running running{counting.router(), {}, counting.hooks()};
  Client client{running.port()};
  EXPECT_EQ(client.get("/page").body, "call 1");
  EXPECT_EQ(client.get("/page", "Accept: application/json\r\n").body, "call 2 json");
  EXPECT_EQ(client.get("/page", "Accept-Encoding: gzip\r\n").body, "call 3");
  EXPECT_EQ(client.get("/page?a=1").body, "call 4");
  EXPECT_EQ(client.get("/page?a=1#part").body, "call 4");
  EXPECT_EQ(client.get("/feed").body, "call 5");
  client.send("GET /feed HTTP/1.1\r\nHost: other.example\r\n\r\n");
  EXPECT_EQ(client.read().body, "call 6");
  client.send("GET /page HTTP/1.1\r\nHost: other.example\r\n\r\n");
  EXPECT_EQ(client.read().body, "call 1");
}

TEST(AnswerCaching, KeepsOnlyWhatHandlersAllow) {
  Counting counting;
  Running running{counting.router(), {}, counting.hooks()};
  Client client{running.port()};
  EXPECT_EQ(client.get("/fresh").body, "call 1");
  EXPECT_EQ(client.get("/fresh").body, "call 2");
  EXPECT_EQ(client.get("/error").body, "call 3");
  EXPECT_EQ(client.get("/error").body, "call 4");
}

/// A handler that waits until the test lets it go.
struct Gate {
  std::promise<void> open;
  std::shared_future<void> opened{open.get_future()};
  std::atomic<int> inside{0};
  void wait_for(int count) const {
    while (inside.load() < count) std::this_thread::yield();
  }
  Router router() {
    Router made = router_of_a_page();
    made.add(route("/slow", [this](const Request&) -> Result<Response> {
      ++inside;
      opened.wait();
      return Response::text("done");
    }));
    auto quick = route("/inline", [](const Request&) -> Result<Response> { return Response::text("inline"); });
    quick.inline_ = true;
    made.add(std::move(quick));
    return made;
  }
};

TEST(Server, AFullPoolAnswers503) {
  Gate gate;
  ServerOptions options;
  options.blocking_threads = 1;
  options.blocking_queue_max = 1;
  Running running{gate.router(), options};
  Client running_one{running.port()};
  running_one.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  gate.wait_for(1);
  Client queued{running.port()};
  queued.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (running.server().queued() < 1) std::this_thread::yield();

  Client third{running.port()};
  const auto busy = third.get("/");
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.header("retry-after"), "1");
  EXPECT_EQ(third.get("/inline").body, "inline");
  gate.open.set_value();
  EXPECT_EQ(running_one.read().body, "done");
  EXPECT_EQ(queued.read().body, "done");
  EXPECT_EQ(third.get("/").body, "hello");
}

TEST(Server, StoppingFinishesWhatRunsAndClosesWhatIsIdle) {
  Gate gate;
  Running running{gate.router()};
  Client idle{running.port()};
  EXPECT_EQ(idle.get("/").status, 200);
  Client silent{running.port()};
  Client busy{running.port()};
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  gate.wait_for(1);
  running.server().stop();
  EXPECT_TRUE(idle.ended());
  gate.open.set_value();
  const auto reply = busy.read();
  EXPECT_EQ(reply.body, "done");
  EXPECT_EQ(reply.header("connection"), "close");
  EXPECT_TRUE(busy.ended());
  running.stop();
  EXPECT_EQ(running.server().connections(), 0);
  Client late{running.port()};
  EXPECT_FALSE(late.connected());
}

TEST(Server, StoppingCutsClientsThatDoNotEndInTime) {
  ServerOptions options;
  options.drain_timeout_ms = 30;
  Running running{router_of_a_page(), options};
  Client half{running.port()};
  half.send("GET / HTTP/1.1\r\nHos");
  running.wait_for_connections(1);
  running.stop();
  EXPECT_TRUE(half.ended());
}

TEST(Server, StopBeforeRunReturnsAtOnce) {
  ServerOptions options;
  options.port = 0;
  auto server = Server::open(options, router_of_a_page(), {}, system_clock()).value();
  server->stop();
  server->stop();
  server->run();
  EXPECT_EQ(server->connections(), 0);
}

}  // namespace
}  // namespace tocsin::portal::http
