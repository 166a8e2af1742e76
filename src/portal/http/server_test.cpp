#include "portal/http/server.hpp"

#include <filesystem>
#include <sstream>

#include <brotli/decode.h>
#include <gmock/gmock.h>
#include <zlib.h>

#include "base/log.hpp"
#include "portal/http/server_fixture.hpp"

namespace tocsin::portal::http {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::route;
using testing::Running;

Router hello_router() {
  Router router;
  router.add(route("/", [](const Request&) -> Result<Response> { return Response::text("hello"); }));
  return router;
}

TEST(Server, AnswersWithLengthDateAndRequestId) {
  Running running{hello_router()};
  Client client{running.port()};
  const auto reply = client.get("/");
  EXPECT_THAT(reply.head, ::testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(reply.body, "hello");
  EXPECT_EQ(reply.header("content-length"), "5");
  EXPECT_EQ(reply.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_THAT(reply.header("date"), ::testing::MatchesRegex("..., .. ... .... ..:..:.. GMT"));
  EXPECT_EQ(reply.header("x-request-id").size(), 16U);
  EXPECT_EQ(reply.header("cache-control"), "no-cache");
  EXPECT_EQ(reply.header("connection"), "");
}

TEST(Server, KeepsConnectionsOpen) {
  Running running{hello_router()};
  Client client{running.port()};
  const auto first = client.get("/");
  const auto second = client.get("/");
  EXPECT_EQ(second.status, 200);
  EXPECT_NE(first.header("x-request-id"), second.header("x-request-id"));
}

struct Ending {
  std::string name, request, connection;
  bool ends;
};
void PrintTo(const Ending& each, std::ostream* out) { *out << each.name; }
class ConnectionEnds : public ::testing::TestWithParam<Ending> {};
TEST_P(ConnectionEnds, WhenTheClientSaysSo) {
  Running running{hello_router()};
  Client client{running.port()};
  client.send(GetParam().request);
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("connection"), GetParam().connection);
  if (GetParam().ends) {
    EXPECT_TRUE(client.ended());
  } else {
    EXPECT_EQ(client.get("/").status, 200);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Versions, ConnectionEnds,
    ::testing::Values(
        Ending{"Close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close", true},
        Ending{"CloseAmongOthers", "GET / HTTP/1.1\r\nHost: a\r\nConnection: TE, close\r\n\r\n", "close", true},
        Ending{"Http11", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", false},
        Ending{"Http10", "GET / HTTP/1.0\r\n\r\n", "close", true},
        Ending{"Http10KeepAlive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", false}),
    [](const auto& each) { return each.param.name; });

TEST(Server, HeadHasTheHeadOfGetAndNoBody) {
  Running running{hello_router()};
  Client client{running.port()};
  const auto whole = client.get("/");
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "5");
  EXPECT_EQ(head.header("etag"), whole.header("etag"));
  EXPECT_EQ(client.get("/").body, "hello");  // nothing was left between the two
}

TEST(Server, TellsWhichMethodsAnAddressTakes) {
  Router router = hello_router();
  router.add(route("/", [](const Request&) -> Result<Response> { return Response::text("posted"); }, Method::post));
  Running running{std::move(router)};
  Client client{running.port()};
  client.send("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto refused = client.read();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("allow"), "GET, HEAD, POST, OPTIONS");
  client.send("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto asked = client.read();
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.header("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(asked.header("content-length"), "");
  client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read().status, 204);
  client.send("OPTIONS /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read().status, 404);
}

TEST(Server, ATrailingSlashLeadsToThePageWithoutIt) {
  Router router;
  router.add(route("/advisories", [](const Request&) -> Result<Response> { return Response::text("list"); }));
  Running running{std::move(router)};
  Client client{running.port()};
  const auto reply = client.get("/advisories/?q=a%20b");
  EXPECT_EQ(reply.status, 308);
  EXPECT_EQ(reply.header("location"), "/advisories?q=a%20b");
  EXPECT_EQ(client.get("/nothing/").status, 404);
}

TEST(Server, GivesHandlersWhatWasAsked) {
  Router router;
  router.add(route("/{kind}/{id}", [](const Request& request) -> Result<Response> {
    std::ostringstream out;
    out << request.path << '|' << request.parameter("kind") << '|' << request.parameter("id") << '|'
        << request.query.get("q") << '|' << request.header("x-test") << '|' << request.remote_address << '|'
        << (request.representation == Representation::json ? "json" : "html") << '|' << request.header("host");
    return Response::text(out.str());
  }));
  Running running{std::move(router)};
  Client client{running.port()};
  EXPECT_EQ(client.get("/a%20b/c?q=x+y&q=2", "X-Test: yes\r\nAccept: application/json\r\n").body,
            "/a b/c|a b|c|x y|yes|127.0.0.1|json|portal.example");
  EXPECT_EQ(client.get("/api/c").body, "/api/c|api|c|||127.0.0.1|json|portal.example");
  EXPECT_EQ(client.get("http://other.example:8080/a/b").body, "/a/b|a|b|||127.0.0.1|html|other.example:8080");
}

TEST(Server, TakesOnlyHarmlessRequestIds) {
  Running running{hello_router()};
  Client client{running.port()};
  EXPECT_EQ(client.get("/", "X-Request-Id: trace-1.A_b\r\n").header("x-request-id"), "trace-1.A_b");
  EXPECT_EQ(client.get("/", "X-Request-Id: " + std::string(64, 'a') + "\r\n").header("x-request-id"),
            std::string(64, 'a'));
  for (const std::string bad : {"", "a b", "a\"b", "<script>"}) {
    const auto id = client.get("/", "X-Request-Id: " + bad + "\r\n").header("x-request-id");
    EXPECT_THAT(id, ::testing::MatchesRegex("[0-9a-f]+")) << bad;
  }
  EXPECT_EQ(client.get("/", "X-Request-Id: " + std::string(65, 'a') + "\r\n").header("x-request-id").size(), 16U);
}

TEST(Server, SaysContinueBeforeABodyThatItWants) {
  Router router;
  router.add(route(
      "/echo", [](const Request& request) -> Result<Response> { return Response::text(request.body); }, Method::post));
  Running running{std::move(router)};
  Client client{running.port()};
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  client.send("hello");
  EXPECT_EQ(client.read().body, "hello");
  // A body that nobody will read is not asked for.
  client.send("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 404);
}

TEST(Server, ErrorsOfHandlersBecomeStatuses) {
  Router router;
  router.add(route("/{code}", [](const Request& request) -> Result<Response> {
    const auto code = request.parameter("code");
    if (code == "invalid") return Error::invalid("cvss takes a number", "7");
    if (code == "large") return Error::too_large("query", 1000);
    if (code == "absent") return Error::not_found("advisory");
    if (code == "conflict") return Error::conflict("another version");
    if (code == "forbidden") return Error::forbidden("not yours");
    if (code == "timeout") return Error::timeout("took too long");
    if (code == "unavailable") return Error::unavailable("the database is busy", "secret-path");
    return Error::internal("broken", "secret-sql");
  }));
  Running running{std::move(router)};
  Client client{running.port()};
  EXPECT_EQ(client.get("/invalid").status, 400);
  EXPECT_EQ(client.get("/large").status, 413);
  EXPECT_EQ(client.get("/absent").status, 404);
  EXPECT_EQ(client.get("/conflict").status, 409);
  EXPECT_EQ(client.get("/forbidden").status, 403);
  EXPECT_EQ(client.get("/timeout").status, 504);
  const auto unavailable = client.get("/unavailable");
  EXPECT_EQ(unavailable.status, 503);
  EXPECT_EQ(unavailable.header("retry-after"), "5");
  EXPECT_THAT(unavailable.body, Not(HasSubstr("secret")));
  const auto internal = client.get("/internal");
  EXPECT_EQ(internal.status, 500);
  EXPECT_EQ(internal.header("cache-control"), "no-store");
  EXPECT_THAT(internal.body, Not(HasSubstr("secret")));
}

TEST(Server, AnExceptionBecomes500WithTheRequestIdAndNoDetail) {
  Router router;
  router.add(route("/throws", [](const Request&) -> Result<Response> { throw std::runtime_error{"secret-detail"}; }));
  router.add(route("/odd", [](const Request&) -> Result<Response> { throw 42; }));
  Running running{std::move(router)};
  Client client{running.port()};
  const auto reply = client.get("/throws", "X-Request-Id: find-me\r\n");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("find-me"));
  EXPECT_THAT(reply.body, Not(HasSubstr("secret")));
  EXPECT_EQ(client.get("/odd").status, 500);
}

TEST(Server, AnErrorPageThatFailsIsStillAnAnswer) {
  ServerHooks hooks;
  hooks.error = [](const Request&, const Error&, int) -> Response { throw std::runtime_error{"no page"}; };
  Running running{hello_router(), {}, hooks};
  Client client{running.port()};
  const auto reply = client.get("/nothing");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, "404 Not Found\n");
}

TEST(Server, RefusesToWriteHeadersThatBeginAnother) {
  Router router;
  router.add(route("/{bad}", [](const Request& request) -> Result<Response> {
    auto response = Response::text("x");
    const auto bad = request.parameter("bad");
    if (bad == "value") response.with("Location", "/x\r\nSet-Cookie: a=b");
    if (bad == "lf") response.with("Location", "/x\nSet-Cookie: a=b");
    if (bad == "nul") response.with("Location", std::string{"/x\0y", 4});
    if (bad == "name") response.with("X-A: 1\r\nSet-Cookie", "a=b");
    if (bad == "type") response.content_type = "text/html\r\nSet-Cookie: a=b";
    if (bad == "etag") response.etag = "\"x\r\nSet-Cookie: a=b\"";
    if (bad == "tab") response.with("X-Tab", "a\tb");
    return response;
  }));
  Running running{std::move(router)};
  Client client{running.port()};
  for (const auto* bad : {"/value", "/lf", "/nul", "/name", "/type", "/etag"}) {
    const auto reply = client.get(bad);
    EXPECT_EQ(reply.status, 500) << bad;
    EXPECT_THAT(reply.head, Not(HasSubstr("Set-Cookie"))) << bad;
  }
  EXPECT_EQ(client.get("/tab").header("x-tab"), "a\tb");
}

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int outcome = inflate(&stream, Z_FINISH);
  out.resize(outcome == Z_STREAM_END ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

std::string unbrotli(const std::string& bytes) {
  std::string out(1 << 20, '\0');
  std::size_t size = out.size();
  const auto outcome = BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                               reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(outcome == BROTLI_DECODER_RESULT_SUCCESS ? size : 0);
  return out;
}

TEST(Server, CompressesAsTheClientWishes) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i) + "\n";
  Router router;
  router.add(route("/text", [text](const Request&) -> Result<Response> { return Response::text(text); }));
  router.add(route("/image", [text](const Request&) -> Result<Response> {
    auto response = Response::text(text);
    response.content_type = "image/png";
    return response;
  }));
  router.add(route("/ready", [](const Request&) -> Result<Response> {
    auto response = Response::text("already compressed elsewhere" + std::string(1000, 'x'));
    response.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding");
    return response;
  }));
  Running running{std::move(router)};
  Client client{running.port()};
  const auto plain = client.get("/text");
  EXPECT_EQ(plain.body, text);
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding");

  const auto gzip = client.get("/text", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(gzip.header("content-encoding"), "gzip");
  EXPECT_EQ(gunzip(gzip.body), text);
  EXPECT_LT(gzip.body.size(), text.size() / 2);
  EXPECT_EQ(gzip.header("etag"), "W/" + plain.header("etag"));

  const auto br = client.get("/text", "Accept-Encoding: gzip, deflate, br\r\n");
  EXPECT_EQ(br.header("content-encoding"), "br");
  EXPECT_EQ(unbrotli(br.body), text);

  EXPECT_EQ(client.get("/text", "Accept-Encoding: gzip;q=0, identity\r\n").body, text);
  EXPECT_EQ(client.get("/image", "Accept-Encoding: br\r\n").body, text);
  const auto ready = client.get("/ready", "Accept-Encoding: br\r\n");
  EXPECT_EQ(ready.header("content-encoding"), "gzip");
  EXPECT_EQ(ready.body.size(), 1028U);
}

TEST(Server, AnUnchangedPageIsNotSentAgain) {
  std::atomic<int> calls{0};
  Router router;
  router.add(route("/derived", [&calls](const Request&) -> Result<Response> {
    ++calls;
    return Response::html("<p>page</p>");
  }));
  router.add(route("/given", [](const Request&) -> Result<Response> {
    auto response = Response::json("{}");
    response.etag = "abc";
    response.last_modified = Timestamp{1'652'140'800'000'000};
    response.with("X-Shared", "yes");
    return response;
  }));
  Running running{std::move(router)};
  Client client{running.port()};
  const auto etag = client.get("/derived").header("etag");
  ASSERT_THAT(etag, ::testing::MatchesRegex("\"[0-9a-f]+\""));
  const auto again = client.get("/derived", "If-None-Match: \"other\", " + etag + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.header("etag"), etag);
  EXPECT_EQ(again.header("vary"), "Accept");
  EXPECT_EQ(again.header("cache-control"), "no-cache");
  EXPECT_EQ(again.header("content-length"), "");
  EXPECT_EQ(again.header("content-type"), "");
  EXPECT_NE(again.header("date"), "");
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(client.get("/derived", "If-None-Match: \"other\"\r\n").status, 200);

  EXPECT_EQ(client.get("/given").header("etag"), "\"abc\"");
  EXPECT_EQ(client.get("/given").header("last-modified"), "Tue, 10 May 2022 00:00:00 GMT");
  EXPECT_EQ(client.get("/given", "If-None-Match: W/\"abc\"\r\n").header("x-shared"), "yes");
  EXPECT_EQ(client.get("/given", "If-Modified-Since: Tue, 10 May 2022 00:00:00 GMT\r\n").status, 304);
  EXPECT_EQ(client.get("/given", "If-Modified-Since: Mon, 09 May 2022 00:00:00 GMT\r\n").status, 200);
  // RFC 9110 section 13.2.2: If-None-Match alone decides where both are there.
  EXPECT_EQ(client.get("/given", "If-None-Match: \"x\"\r\nIf-Modified-Since: Tue, 10 May 2022 00:00:00 GMT\r\n").status,
            200);
}

TEST(Server, APortInUseIsAnErrorOfOpen) {
  Running running{hello_router()};
  ServerOptions options;
  options.port = running.port();
  const auto second = Server::open(options, hello_router(), {}, system_clock());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Error::Code::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(running.port())));
}

TEST(Server, EveryNetworkThreadServesTheOnePort) {
  ServerOptions options;
  options.network_threads = 4;
  Running running{hello_router(), options};
  for (int i = 0; i < 40; ++i) {
    Client client{running.port()};
    ASSERT_EQ(client.get("/").status, 200);
  }
}

TEST(Server, BadOptionsAreErrorsOfOpen) {
  ServerOptions nowhere;
  nowhere.address = "portal.example";
  EXPECT_EQ(Server::open(nowhere, hello_router(), {}, system_clock()).error().code, Error::Code::invalid_input);
  ServerOptions half;
  half.port = 0;
  half.tls_certificate = "certificate.pem";
  EXPECT_EQ(Server::open(half, hello_router(), {}, system_clock()).error().code, Error::Code::invalid_input);
  half.tls_key = "key.pem";
  EXPECT_EQ(Server::open(half, hello_router(), {}, system_clock()).error().where, "certificate.pem");
}

TEST(Server, HooksSeeEveryAnswer) {
  std::mutex mutex;
  std::vector<std::string> seen;
  ServerHooks hooks;
  hooks.observe = [&](std::string_view name, int status, std::uint64_t, std::size_t bytes) {
    const std::lock_guard lock(mutex);
    seen.push_back(std::string{name} + " " + std::to_string(status) + (bytes > 0 ? " sent" : ""));
  };
  hooks.decorate = [](const Request&, Response& response) { response.with("X-Decorated", "yes"); };
  hooks.error = [](const Request& request, const Error& error, int status) {
    return Response::json("{\"at\":\"" + request.path + "\",\"message\":\"" + error.message + "\"}", status);
  };
  {
    Running running{hello_router(), {}, hooks};
    Client client{running.port()};
    EXPECT_EQ(client.get("/").header("x-decorated"), "yes");
    const auto missing = client.get("/nothing");
    EXPECT_EQ(missing.header("x-decorated"), "yes");
    EXPECT_THAT(missing.body, HasSubstr("{\"at\":\"/nothing\""));
    client.send("nonsense\r\n\r\n");
    EXPECT_EQ(client.read().header("x-decorated"), "yes");
  }
  EXPECT_THAT(seen, ::testing::ElementsAre("/ 200 sent", "none 404 sent", "none 400 sent"));
}

std::mutex log_mutex;
std::vector<std::string> log_lines;

TEST(Server, TheAccessLogTellsEverythingButTheQuery) {
  log::set_sink([](std::string_view line) {
    const std::lock_guard lock(log_mutex);
    log_lines.emplace_back(line);
  });
  {
    ServerOptions options;
    options.port = 0;
    auto server = Server::open(options, hello_router(), {}, system_clock()).value();
    std::thread thread{[&server] { server->run(); }};
    {
      Client client{server->port()};
      client.get("/?token=secret", "User-Agent: evil\"agent " + std::string(300, 'x') + "\r\nX-Request-Id: id-1\r\n");
    }
    server->stop();
    thread.join();
  }
  log::flush();
  log::set_sink(nullptr);
  const std::lock_guard lock(log_mutex);
  const auto line = std::find_if(log_lines.begin(), log_lines.end(), [](const std::string& each) {
    return each.find("http.request") != std::string::npos;
  });
  ASSERT_NE(line, log_lines.end());
  for (const auto* part : {"\"method\":\"GET\"", "\"path\":\"/\"", "\"status\":200", "\"request_id\":\"id-1\"",
                           "\"remote\":\"127.0.0.1\"", "evil\\\"agent"}) {
    EXPECT_THAT(*line, HasSubstr(part));
  }
  EXPECT_THAT(*line, Not(HasSubstr("secret")));
  EXPECT_THAT(*line, Not(HasSubstr(std::string(200, 'x'))));
}

}  // namespace
}  // namespace tocsin::portal::http
