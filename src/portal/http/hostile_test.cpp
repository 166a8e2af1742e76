// What a public server meets: broken, oversized, contradictory and endless requests. Each row is a fact about one.
#include <gmock/gmock.h>

#include "portal/http/server_fixture.hpp"

namespace tocsin::portal::http {
namespace {

using testing::Client;
using testing::route;
using testing::Running;

constexpr std::size_t kBodyLimit = 1000;

Router echo_router() {
  Router router;
  router.add(route("/", [](const Request&) -> Result<Response> { return Response::text("hello"); }));
  router.add(route(
      "/echo", [](const Request& request) -> Result<Response> { return Response::text(request.body); }, Method::post));
  return router;
}

ServerOptions small_limits() {
  ServerOptions options;
  options.header_bytes_max = 2000;
  options.body_bytes_max = kBodyLimit;
  return options;
}

struct Hostile {
  std::string name;
  std::string bytes;
  int status;
};
void PrintTo(const Hostile& each, std::ostream* out) { *out << each.name; }

std::string chunked(std::size_t chunks) {
  std::string bytes = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < chunks; ++i) bytes += "64\r\n" + std::string(100, 'x') + "\r\n";
  return bytes + "0\r\n\r\n";
}

const Hostile kHostile[] = {
    {"ContentLengthOverTheLimit", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n", 413},
    {"ContentLengthAtTheLimit",
     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'), 200},
    {"ContentLengthOneOver", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413},
    {"ChunkedOverTheLimit", chunked(11), 413},
    {"ChunkedAtTheLimit", chunked(10), 200},
    {"LengthAndChunked",
     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"ChunkedAndLength",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
    {"TwoLengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
    {"NegativeLength", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
    {"EndlessLength", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
    {"UnknownTransferEncoding", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
    {"ChunkedNotLast", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 501},
    {"TwoTransferEncodings",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400},
    {"ChunkedInHttp10", "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"BadChunkSize", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
    {"BareLineFeeds", "GET / HTTP/1.1\nHost: a\n\n", 400},
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"EmptyHost", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400},
    {"HostWithMarkup", "GET / HTTP/1.1\r\nHost: a\"><script>\r\n\r\n", 400},
    {"FoldedHeader", "GET / HTTP/1.1\r\nHost: a\r\nX-Long: one\r\n two\r\n\r\n", 400},
    {"BlankBeforeColon", "GET / HTTP/1.1\r\nHost: a\r\nX-Odd : one\r\n\r\n", 400},
    {"NoColon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400},
    {"NulInHeader", "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(1, '\0') + "\r\n\r\n", 400},
    {"HeaderTooLarge", "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(3000, 'x') + "\r\n\r\n", 431},
    {"HeaderTooLargeAndEndless", "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(3000, 'x'), 431},
    {"RequestLineTooLarge", "GET /" + std::string(3000, 'x'), 431},
    {"NotHttp", "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03 hello\r\n\r\n", 400},
    {"HttpTwo", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"NoVersion", "GET /\r\n\r\n", 400},
    {"UnknownMethod", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"Trace", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"Connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"ParentFolder", "GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"EncodedParentFolder", "GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"EncodedNul", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"BadEscape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"BodyForGetTooLarge", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413},
    {"BodyForNothing", "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", 404},
    {"UnknownExpectation", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: tea\r\n\r\nhello", 417},
    {"EmptyLinesFirst", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
    {"AbsoluteForm", "GET http://other.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 200},
    {"AbsoluteFormWithoutPath", "GET http://other.example HTTP/1.1\r\nHost: a\r\n\r\n", 200},
    {"AbsoluteFormOfAnotherScheme", "GET ftp://other.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"Http10WithoutHost", "GET / HTTP/1.0\r\n\r\n", 200},
};

class HostileRequest : public ::testing::TestWithParam<Hostile> {};
TEST_P(HostileRequest, IsAnsweredAsTheStandardSays) {
  Running running{echo_router(), small_limits()};
  Client client{running.port()};
  client.send(GetParam().bytes);
  const auto reply = client.read();
  EXPECT_EQ(reply.status, GetParam().status) << reply.head << "\n" << reply.body;
  if (reply.status >= 400) {
    EXPECT_THAT(reply.head, ::testing::HasSubstr("X-Request-Id: "));
  }
  // And the server is well.
  Client next{running.port()};
  EXPECT_EQ(next.get("/").status, 200);
}
INSTANTIATE_TEST_SUITE_P(Table, HostileRequest, ::testing::ValuesIn(kHostile),
                         [](const auto& each) { return each.param.name; });

TEST(Hostile, WhatHttpForbidsEndsTheConnection) {
  Running running{echo_router(), small_limits()};
  Client client{running.port()};
  // Where the next request begins is uncertain after this one: a second answer would be a smuggled request's.
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.header("connection"), "close");
  client.finish();
  EXPECT_TRUE(client.ended());
}

TEST(Hostile, ARefusedBodyIsNotTakenForTheNextRequest) {
  Running running{echo_router(), small_limits()};
  Client client{running.port()};
  const std::string smuggled = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(smuggled.size()) + "\r\n\r\n" +
              smuggled);
  EXPECT_EQ(client.read().status, 404);
  client.finish();
  EXPECT_TRUE(client.ended());
}

TEST(Hostile, AHundredPipelinedRequestsAreAnsweredInOrder) {
  Router router;
  router.add(route("/{n}", [](const Request& request) -> Result<Response> {
    return Response::text(std::string{request.parameter("n")});
  }));
  Running running{std::move(router)};
  Client client{running.port()};
  std::string all;
  for (int i = 0; i < 100; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(all);
  for (int i = 0; i < 100; ++i) {
    const auto reply = client.read();
    ASSERT_EQ(reply.status, 200);
    ASSERT_EQ(reply.body, std::to_string(i));
  }
}

TEST(Hostile, AByteAtATimeIsARequestToo) {
  Running running{echo_router(), small_limits()};
  Client client{running.port()};
  for (const char c : std::string_view{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       "3;ext=1\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"}) {
    ASSERT_TRUE(client.send({&c, 1}));
  }
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "abc");
}

TEST(Hostile, SlowHeadersAreEndedWhileOthersAreServed) {
  auto options = small_limits();
  options.header_timeout_ms = 60;
  Running running{echo_router(), options};
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<Client>(running.port()));
    slow.back()->send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
  }
  Client quick{running.port()};
  EXPECT_EQ(quick.get("/").status, 200);
  for (auto& client : slow) {
    const auto reply = client->read();
    EXPECT_EQ(reply.status, 408);
    EXPECT_EQ(reply.header("connection"), "close");
    client->finish();
    EXPECT_TRUE(client->ended());
  }
}

TEST(Hostile, SlowBodiesAreEnded) {
  auto options = small_limits();
  options.body_timeout_ms = 60;
  Running running{echo_router(), options};
  Client client{running.port()};
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.read().status, 408);
}

TEST(Hostile, SilentConnectionsAreClosedWithoutAWord) {
  auto options = small_limits();
  options.idle_timeout_ms = 40;
  Running running{echo_router(), options};
  Client never{running.port()};
  EXPECT_TRUE(never.ended());
  Client after_one{running.port()};
  EXPECT_EQ(after_one.get("/").status, 200);
  EXPECT_TRUE(after_one.ended());
}

TEST(Hostile, AClientThatDoesNotReadIsDropped) {
  Router router;
  router.add(route("/large", [](const Request&) -> Result<Response> {
    return Response::text(std::string(std::size_t{32} << 20, 'x'));
  }));
  ServerOptions options;
  options.write_timeout_ms = 60;
  Running running{std::move(router), options};
  Client client{running.port()};
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  // The answer has begun, so the connection is counted.
  char first = 0;
  ASSERT_EQ(::recv(client.socket(), &first, 1, 0), 1);
  running.wait_for_connections(0);
}

TEST(Hostile, TooManyConnectionsOfOneAddressAreTurnedAway) {
  auto options = small_limits();
  options.connections_per_address_max = 3;
  Running running{echo_router(), options};
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(running.port()));
    ASSERT_EQ(clients.back()->get("/").status, 200);
  }
  Client refused{running.port()};
  const auto reply = refused.read();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("retry-after"), "5");
  EXPECT_TRUE(refused.ended());
  // One leaves, one may come.
  clients.pop_back();
  running.wait_for_connections(2);
  Client welcome{running.port()};
  EXPECT_EQ(welcome.get("/").status, 200);
}

TEST(Hostile, TooManyConnectionsAltogetherAreTurnedAway) {
  auto options = small_limits();
  options.connections_max = 1;
  Running running{echo_router(), options};
  Client first{running.port()};
  ASSERT_EQ(first.get("/").status, 200);
  Client second{running.port()};
  EXPECT_EQ(second.read().status, 503);
  EXPECT_EQ(first.get("/").status, 200);
}

TEST(Hostile, AClientThatHangsUpDuringItsRequestHarmsNobody) {
  Running running{echo_router(), small_limits()};
  {
    Client client{running.port()};
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  }
  Client next{running.port()};
  EXPECT_EQ(next.get("/").status, 200);
  running.wait_for_connections(1);
}

}  // namespace
}  // namespace tocsin::portal::http
