#include "exchange/fetch.hpp"

#include <cstdlib>

#include <gmock/gmock.h>

#include "exchange/testing.hpp"
#include "exchange/testing/loopback_server.hpp"

namespace tocsin::exchange {
namespace {

using std::chrono::milliseconds;
using testing::Connection;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::self_signed_pem;
using ::testing::StartsWith;
using testing::TemporaryFolder;

const Network kLoopback = parse_network("127.0.0.0/8").value();
FetchSettings loopback() {
  FetchSettings settings;
  settings.allow_http = true;
  settings.allow_networks = {kLoopback};
  return settings;
}

std::string answer(std::string_view status, std::string_view headers, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status, body.size(), headers,
                     body);
}
/// Answers every request so, and keeps the last one.
struct Site {
  explicit Site(std::string text)
      : server([this, text = std::move(text)](Connection& connection) {
          seen = connection.request();
          connection.write(text);
        }) {}
  std::string seen;
  LoopbackServer server;
};

TEST(Fetch, GetsWithoutSayingMoreThanNeeded) {
  ::setenv("http_proxy", "http://127.0.0.1:1/", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
  Site site{"HTTP/1.1 100 Continue\r\nX-First: 1\r\n\r\n" + answer("200 OK", "X-Two:  b \r\nX-Two: c\r\n", "hello")};
  auto settings = loopback();
  settings.contact = "https://cert.example/";
  const auto got = Fetch{settings}.get(site.server.url("/a?b=c#part"),
                                       {.headers = {{"Accept", "application/json"}, {"X-Empty", ""}}});
  ASSERT_TRUE(got) << got.error().to_string() << got.error().detail;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(got->header("x-two"), "b");
  EXPECT_EQ(got->header("x-first"), "");
  EXPECT_EQ(got->url, site.server.url("/a?b=c"));
  EXPECT_THAT(site.seen, StartsWith("GET /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(site.seen, HasSubstr("User-Agent: Tocsin/"));
  EXPECT_THAT(site.seen, HasSubstr(" (+https://cert.example/)\r\n"));
  EXPECT_THAT(site.seen, HasSubstr("Accept: application/json\r\n"));
  EXPECT_THAT(site.seen, HasSubstr("X-Empty:"));
  EXPECT_THAT(site.seen, Not(HasSubstr("Cookie")));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST(Fetch, PostsAForm) {
  Site site{answer("400 Bad Request", "", R"({"error":"invalid_grant"})")};
  const auto got = Fetch{loopback()}.post(site.server.url("/token"), {"application/x-www-form-urlencoded", "a=b&c=d"},
                                          {.headers = {{"Authorization", "Basic eA=="}}});
  ASSERT_TRUE(got) << got.error().to_string();
  EXPECT_EQ(got->status, 400);
  EXPECT_THAT(site.seen, StartsWith("POST /token HTTP/1.1\r\n"));
  EXPECT_THAT(site.seen, HasSubstr("Authorization: Basic eA==\r\n"));
  EXPECT_THAT(site.seen, HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_THAT(site.seen, ::testing::EndsWith("\r\n\r\na=b&c=d"));
}

TEST(Fetch, KeepsTheConnectionForTheNextCall) {
  LoopbackServer server{[](Connection& connection) {
    while (!connection.request().empty()) connection.write("HTTP/1.1 204 No Content\r\n\r\n");
  }};
  const Fetch fetch{loopback()};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fetch.get(server.url("/"))->status, 204);
  EXPECT_EQ(server.connections(), 1);
}

TEST(Fetch, MayBeCalledFromManyThreads) {
  Site site{answer("200 OK", "", "x")};
  const Fetch fetch{loopback()};
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 5; ++k) good += fetch.get(site.server.url("/")) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(good, 20);
}

TEST(Fetch, ReachesNoAddressThatIsNotPublic) {
  LoopbackServer server{[](Connection& connection) { connection.write(answer("200 OK", "", "secret")); }};
  FetchSettings settings;
  settings.allow_http = true;
  const Fetch fetch{settings};
  const auto port = std::to_string(server.port());
  for (const auto& url :
       {"http://127.0.0.1:" + port + "/", "http://2130706433:" + port + "/", "http://0x7f000001:" + port + "/",
        "http://0177.0.0.1:" + port + "/", "http://127.1:" + port + "/", "http://0:" + port + "/",
        "http://[::ffff:127.0.0.1]:" + port + "/", "http://[::ffff:7f00:1]:" + port + "/", "http://[::1]:" + port + "/",
        "http://[::]:" + port + "/", "http://localhost:" + port + "/", "http://LOCALHOST.:" + port + "/",
        "http://%31%32%37.0.0.1:" + port + "/", "http://[64:ff9b::7f00:1]:" + port + "/",
        "http://[fe80::1]:" + port + "/", std::string{"http://169.254.169.254/latest/meta-data/"},
        std::string{"http://10.0.0.1/"}, std::string{"http://192.168.1.1/"}}) {
    const auto got = fetch.get(url);
    ASSERT_FALSE(got) << url;
    // A machine without IPv6, or whose resolver does not know the name, says so before a socket is opened.
    EXPECT_NE(got.error().code, Error::Code::timeout) << url;
    if (url.find('[') == std::string::npos && url.find("LOCAL") == std::string::npos) {
      EXPECT_EQ(got.error().code, Error::Code::forbidden)
          << url << " " << got.error().to_string() << got.error().detail;
    }
  }
  EXPECT_EQ(server.connections(), 0);
  EXPECT_THAT(fetch.get("http://127.0.0.1:" + port + "/").error().detail, HasSubstr("127.0.0.1"));
}

TEST(Fetch, ReachesWhatWasAllowed) {
  Site site{answer("200 OK", "", "x")};
  EXPECT_TRUE(Fetch{loopback()}.get(site.server.url("/", "http", "localhost")));
  auto any = FetchSettings{};
  any.allow_http = any.allow_private = true;
  EXPECT_TRUE(Fetch{any}.get(site.server.url("/")));
  auto other = FetchSettings{};
  other.allow_http = true;
  other.allow_networks = {parse_network("10.0.0.0/8").value()};
  EXPECT_EQ(Fetch{other}.get(site.server.url("/")).error().code, Error::Code::forbidden);
}

TEST(Fetch, RefusesUrlsThatAreNoneOfOurs) {
  const Fetch plain{loopback()};
  for (const auto& url : {std::string{},
                          std::string{"example.org"},
                          std::string{"//example.org/"},
                          std::string{"/etc/passwd"},
                          std::string{"file:///etc/passwd"},
                          std::string{"ftp://example.org/"},
                          std::string{"gopher://127.0.0.1:25/x"},
                          std::string{"dict://127.0.0.1/"},
                          std::string{"ldap://127.0.0.1/"},
                          std::string{"smtp://127.0.0.1/"},
                          std::string{"javascript:alert(1)"},
                          std::string{"http://user@127.0.0.1/"},
                          std::string{"http://user:pw@127.0.0.1/"},
                          std::string{"http://:@127.0.0.1/"},
                          std::string{"http://a@b@127.0.0.1/"},
                          std::string{"http://127.0.0.1\\@example.org/"},
                          std::string{"http://127.0.0.1/ HTTP/1.1\r\nX: y"},
                          std::string{"http://127.0.0.1/\n"},
                          std::string{"http://127.0.0.1/\0x", 19},
                          std::string{"http://127.0.0.1/\x7F"},
                          std::string{"http://ex\xC3\xA4mple.org/"},
                          std::string{"http://127.0.0.1:99999/"},
                          std::string{"http:///"},
                          std::string{"http://[::1/"},
                          "http://127.0.0.1/" + std::string(2048, 'a')}) {
    const auto got = plain.get(url);
    ASSERT_FALSE(got) << url;
    EXPECT_EQ(got.error().code, Error::Code::invalid_input) << url << ": " << got.error().to_string();
  }
  FetchSettings strict;
  strict.allow_private = true;
  EXPECT_EQ(Fetch{strict}.get("http://127.0.0.1/").error().code, Error::Code::invalid_input);
}

TEST(Fetch, RefusesHeadersThatWouldBreakTheRequest) {
  LoopbackServer server{[](Connection& connection) { connection.request(); }};
  const Fetch fetch{loopback()};
  for (const auto& header : FetchHeaders{{"X", "a\r\nY: b"},
                                         {"X", "a\nb"},
                                         {"X", std::string{"a\0b", 3}},
                                         {"X\r\nY", "b"},
                                         {"", "b"},
                                         {"X Y", "b"},
                                         {"X:", "b"},
                                         {"Host", "evil.example"},
                                         {"content-length", "0"},
                                         {"Transfer-Encoding", "chunked"},
                                         {"Connection", "x"}}) {
    EXPECT_EQ(fetch.get(server.url("/"), {.headers = {header}}).error().code, Error::Code::invalid_input)
        << header.first;
  }
  EXPECT_FALSE(fetch.get(server.url("/"), {.headers = FetchHeaders(51, {"X", "y"})}));
  EXPECT_EQ(fetch.post(server.url("/"), {"text/plain\r\nX: y", ""}).error().code, Error::Code::invalid_input);
  EXPECT_EQ(server.connections(), 0);
}

TEST(Fetch, DoesNotFollowUnlessTold) {
  Site site{answer("302 Found", "Location: /next\r\n", "")};
  const auto got = Fetch{loopback()}.get(site.server.url("/"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 302);
  EXPECT_EQ(got->header("location"), "/next");
  // What was posted is never posted elsewhere.
  EXPECT_EQ(Fetch{loopback()}.post(site.server.url("/"), {"text/plain", "x"}, {.redirects_max = 3})->status, 302);
  EXPECT_EQ(site.server.connections(), 2);
}

TEST(Fetch, FollowsAndDropsHeadersElsewhere) {
  Site last{answer("200 OK", "", "there")};
  std::string second_request;
  LoopbackServer first{[&](Connection& connection) {
    const auto request = connection.request();
    if (request.starts_with("GET /b/c ")) second_request = request;
    connection.write(request.starts_with("GET /b/c ")
                         ? answer("307 Temporary", fmt::format("Location: {}\r\n", last.server.url("/end")), "")
                         : answer("301 Moved", "Location: c\r\n", ""));
  }};
  const auto got =
      Fetch{loopback()}.get(first.url("/b/a"), {.headers = {{"Authorization", "Bearer t"}}, .redirects_max = 2});
  ASSERT_TRUE(got) << got.error().to_string();
  EXPECT_EQ(got->body, "there");
  EXPECT_EQ(got->url, last.server.url("/end"));
  EXPECT_THAT(second_request, HasSubstr("Authorization: Bearer t"));
  EXPECT_THAT(last.seen, Not(HasSubstr("Authorization")));
}

TEST(Fetch, FollowsNowhereItMayNotGo) {
  for (const auto* location :
       {"https://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:25/_QUIT", "ftp://127.0.0.1/",
        "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/", "//user@127.0.0.1/",
        "http://a:b@127.0.0.1/", "//192.168.0.1/"}) {
    Site site{answer("302 Found", fmt::format("Location: {}\r\n", location), "")};
    const auto got = Fetch{loopback()}.get(site.server.url("/"), {.redirects_max = 5});
    ASSERT_FALSE(got) << location;
    if (std::string_view{location}.find('[') == std::string_view::npos) {
      EXPECT_EQ(got.error().code, Error::Code::forbidden) << location << ": " << got.error().to_string();
    }
  }
  Site loop{answer("302 Found", "Location: /\r\n", "")};
  const auto got = Fetch{loopback()}.get(loop.server.url("/"), {.redirects_max = 3});
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message, HasSubstr("more often than 3 times"));
  EXPECT_EQ(loop.server.connections(), 4);
}

TEST(Fetch, WaitsNoLongerThanTold) {
  LoopbackServer silent{[](Connection& connection) { connection.wait_for_end(); }};
  const auto got = Fetch{loopback()}.get(silent.url("/"), {.total_timeout = milliseconds{20}});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Error::Code::timeout) << got.error().to_string();
  LoopbackServer half{[](Connection& connection) {
    connection.request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    connection.wait_for_end();
  }};
  EXPECT_EQ(Fetch{loopback()}.get(half.url("/"), {.total_timeout = milliseconds{20}}).error().code,
            Error::Code::timeout);
}

TEST(Fetch, TakesNoMoreThanTold) {
  const FetchOptions small{.body_bytes_max = 1000};
  Site exact{answer("200 OK", "", std::string(1000, 'x'))};
  EXPECT_EQ(Fetch{loopback()}.get(exact.server.url("/"), small)->body.size(), 1000U);
  Site announced{answer("200 OK", "", std::string(1001, 'x'))};
  EXPECT_EQ(Fetch{loopback()}.get(announced.server.url("/"), small).error().code, Error::Code::too_large);
  const auto endless = [](std::string_view head, std::string_view piece) {
    return [head = std::string{head}, piece = std::string{piece}](Connection& connection) {
      connection.request();
      if (!connection.write(head)) return;
      while (connection.write(piece)) {
      }
    };
  };
  LoopbackServer chunks{endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n")};
  EXPECT_EQ(Fetch{loopback()}.get(chunks.url("/"), small).error().code, Error::Code::too_large);
  LoopbackServer unannounced{endless("HTTP/1.1 200 OK\r\n\r\n", "abc")};
  EXPECT_EQ(Fetch{loopback()}.get(unannounced.url("/"), small).error().code, Error::Code::too_large);
  LoopbackServer headers{endless("HTTP/1.1 200 OK\r\n", "X-More: " + std::string(500, 'x') + "\r\n")};
  EXPECT_EQ(Fetch{loopback()}.get(headers.url("/"), small).error().code, Error::Code::too_large);
}

TEST(Fetch, SaysWhenTheOtherSideIsNoWebServer) {
  LoopbackServer closes{[](Connection&) {}};
  EXPECT_EQ(Fetch{loopback()}.get(closes.url("/")).error().code, Error::Code::unavailable);
  LoopbackServer talks{[](Connection& connection) {
    connection.request();
    connection.write("220 mail.example ESMTP\r\n");
  }};
  EXPECT_EQ(Fetch{loopback()}.get(talks.url("/")).error().code, Error::Code::unavailable);
  Site cut{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"};
  EXPECT_EQ(Fetch{loopback()}.get(cut.server.url("/")).error().code, Error::Code::unavailable);
}

TEST(Fetch, TrustsOnlyTheRightCertificate) {
  const TemporaryFolder folder;
  const auto good = folder.write("good.pem", self_signed_pem("DNS:localhost,IP:127.0.0.1"));
  const auto other = folder.write("other.pem", self_signed_pem("DNS:other.example"));
  const auto serve = [](const std::string& pem) {
    return [pem](Connection& connection) {
      if (!connection.start_tls(pem)) return;
      connection.request();
      connection.write(answer("200 OK", "", "over TLS"));
    };
  };
  const auto get = [](const LoopbackServer& server, const std::string& ca_file) {
    auto settings = loopback();
    settings.allow_http = false;
    settings.ca_file = ca_file;
    return Fetch{settings}.get(server.url("/", "https"));
  };
  LoopbackServer server{serve(good)};
  const auto got = get(server, good);
  ASSERT_TRUE(got) << got.error().to_string() << got.error().detail;
  EXPECT_EQ(got->body, "over TLS");
  EXPECT_EQ(get(server, "").error().code, Error::Code::forbidden);
  EXPECT_EQ(get(server, other).error().code, Error::Code::forbidden);
  EXPECT_EQ(get(server, folder.file("missing.pem")).error().code, Error::Code::unavailable);
  LoopbackServer impostor{serve(other)};
  EXPECT_EQ(get(impostor, other).error().code, Error::Code::forbidden);
}

}  // namespace
}  // namespace tocsin::exchange
