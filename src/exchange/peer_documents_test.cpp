#include <map>
#include <utility>

#include <gmock/gmock.h>

#include "exchange/document_client.hpp"
#include "exchange/testing/peers.hpp"

namespace tocsin::exchange {
namespace {

using engine::taxii::PeerInput;
using engine::taxii::Peers;
using std::chrono::hours;
using std::chrono::minutes;
using store::PeerKind;
using store::Sql;
using store_testing::kTestNow;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FetchAnswer answer_of(int status, std::string body = {}, FetchHeaders headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body), .url = {}};
}

/// Files with an ETag each, as a web server has them.
struct Files {
  std::map<std::string, std::string, std::less<>> files;
  std::map<std::string, FetchAnswer, std::less<>> instead;
  std::map<std::string, Error, std::less<>> broken;
  std::vector<std::string> asked;  ///< "PATH STATUS"
  bool with_etags = true;

  Result<FetchAnswer> get(std::string_view url, const FetchOptions& options) {
    const std::string path{url.substr(url.find('/', 8))};
    const auto answered = [&](FetchAnswer answer) {
      asked.push_back(fmt::format("{} {}", path, answer.status));
      return answer;
    };
    if (const auto found = broken.find(path); found != broken.end()) {
      asked.push_back(path + " -");
      return found->second;
    }
    if (const auto found = instead.find(path); found != instead.end()) return answered(found->second);
    const auto found = files.find(path);
    if (found == files.end()) return answered(answer_of(404));
    const auto etag = fmt::format("\"{}\"", std::hash<std::string>{}(found->second));
    for (const auto& [name, value] : options.headers) {
      if (name == "If-None-Match" && value == etag) return answered(answer_of(304));
    }
    auto answer = answer_of(200, found->second);
    if (with_etags) answer.headers.emplace_back("etag", etag);
    return answered(std::move(answer));
  }
};

std::string news(std::string_view title, std::string_view updated) {
  return fmt::format(
      "<feed "
      "xmlns='http://www.w3.org/2005/Atom'><id>urn:tides</id><title>Tides</title><entry><id>1</id><title>{}</title>"
      "<updated>{}</updated><summary>CVE-2026-11111</summary></entry></feed>",
      title, updated);
}
std::string uuid(int number) { return fmt::format("5b0e1c3a-1111-4222-8333-{:012}", number); }
std::string event(int number, int timestamp) {
  return fmt::format(
      R"({{"Event":{{"uuid":"{}","info":"Event {}","date":"2026-01-02","timestamp":"{}","published":true,)"
      R"("analysis":"2","threat_level_id":"2","Orgc":{{"name":"O","uuid":"55f6ea5e-2c60-40e5-964f-47a8950d210f"}},)"
      R"("Attribute":[{{"uuid":"6b0e1c3a-1111-4222-8333-{:012}","type":"domain","category":"Network activity",)"
      R"("to_ids":true,"timestamp":"{}","value":"h{}.example"}}]}}}})",
      uuid(number), number, timestamp, number, timestamp, number);
}

class PeerDocumentsTest : public testing::PeersTest<Files> {
 protected:
  void add(PeerKind kind, const char* url, domain::Tlp most = domain::Tlp::amber_strict) {
    PeersTest::add({.name = "Others",
                    .kind = kind,
                    .url = url,
                    .tlp_default = domain::Tlp::green,
                    .tlp_max = most,
                    .all_every_days = 0,
                    .enabled = true});
  }
  /// One turn, an hour later; then what was asked.
  std::vector<std::string> turn() {
    server.asked.clear();
    clock.advance(hours{7});
    const auto worked = poller->work_once();
    EXPECT_TRUE(worked) << worked.error().to_string();
    EXPECT_TRUE(*worked);
    return server.asked;
  }
  std::int64_t of_type(std::string_view type) {
    return number(Sql{"SELECT count(*) FROM stix_object WHERE type = ?", type});
  }
};
TOCSIN_ON_BOTH_DATABASES(PeerDocumentsTest);

TEST_P(PeerDocumentsTest, NewsAreReadWhenTheyChanged) {
  server.files["/news.xml"] = news("Spring tide", "2026-01-02T00:00:00Z");
  add(PeerKind::news, "https://others.example/news.xml");
  EXPECT_THAT(turn(), ElementsAre("/news.xml 200"));
  EXPECT_EQ(of_type("report"), 1);
  EXPECT_THAT(turn(), ElementsAre("/news.xml 304"));
  EXPECT_EQ(kept().failures, 0);
  EXPECT_EQ(kept().succeeded_at, clock.now());
  server.files["/news.xml"] = news("Neap tide", "2026-01-03T00:00:00Z");
  EXPECT_THAT(turn(), ElementsAre("/news.xml 200"));
  EXPECT_EQ(kept().counts.stored, 4);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE title = 'Neap tide'"}), 1);
}

TEST_P(PeerDocumentsTest, AListIsReadAsAWholeAndWhatChangedIsAVersion) {
  server.files["/bad.csv?key=1"] = "value,tlp\na.example,\nb.example,TLP:RED\n10.0.0.1,\n";
  add(PeerKind::list, "https://others.example/bad.csv?key=1");
  const auto seen = poller->preview(console, peer);
  ASSERT_TRUE(seen) << seen.error().to_string();
  EXPECT_EQ(seen->objects, 4) << "with the identity of who tells";
  EXPECT_EQ(seen->above, 1);
  EXPECT_THAT(seen->problems, Contains(::testing::Field(&Error::message, HasSubstr("doubtful"))));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record"}), 0) << "nothing is kept";
  EXPECT_THAT(turn(), ElementsAre("/bad.csv?key=1 200"));
  EXPECT_EQ(kept().counts.stored, 3);
  EXPECT_EQ(kept().counts.above, 1) << "the ceiling";
  EXPECT_THAT(turn(), ElementsAre("/bad.csv?key=1 304"));
  server.files["/bad.csv?key=1"] = "value,comment\na.example,now known\n10.0.0.1,\nnonsense\n";
  turn();
  EXPECT_EQ(kept().counts.stored, 4);
  EXPECT_EQ(kept().counts.unchanged, 2);
  EXPECT_EQ(kept().counts.refused, 1);
  EXPECT_EQ(of_type("indicator"), 2);
  // Without validators the whole is read, and nothing is written.
  server.with_etags = false;
  server.files["/bad.csv?key=1"] += "\n";
  turn();
  EXPECT_THAT(turn(), ElementsAre("/bad.csv?key=1 200"));
  EXPECT_EQ(kept().counts.stored, 4);
}

TEST_P(PeerDocumentsTest, ALongListIsKeptInPiecesAndGoesOnWhoeverDied) {
  std::string list;
  for (int i = 0; i < 1'100; ++i) list += fmt::format("h{}.example\n", i);
  server.files["/bad.txt"] = list;
  add(PeerKind::list, "https://others.example/bad.txt");
  EXPECT_THROW(static_cast<void>(
                   poller->read_now(peer, [&](const PeerReading&) -> bool { throw std::runtime_error{"killed"}; })),
               std::runtime_error);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record"}), 1'000);
  EXPECT_EQ(kept().position.etag, "") << "it was not read to its end";
  turn();
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record"}), 1'101);
  EXPECT_EQ(kept().counts.stored, 1'101);
  EXPECT_EQ(kept().counts.unchanged, 1'000);
  EXPECT_NE(kept().position.etag, "");
}

TEST_P(PeerDocumentsTest, OfAFeedOfMispOnlyWhatChangedIsRead) {
  const auto manifest = [&](const std::vector<std::pair<int, int>>& events) {
    std::string out = "{";
    for (const auto& [number, timestamp] : events) {
      out +=
          fmt::format(R"({}"{}":{{"info":"x","timestamp":"{}"}})", out.size() > 1 ? "," : "", uuid(number), timestamp);
      server.files[fmt::format("/feed/{}.json", uuid(number))] = event(number, timestamp);
    }
    server.files["/feed/manifest.json"] = out + "}";
  };
  const auto file = [](int number) { return fmt::format("/feed/{}.json", uuid(number)); };
  manifest({{1, 1'700'000'000}, {2, 1'700'000'100}, {3, 1'700'000'200}});
  add(PeerKind::misp, "https://others.example/feed/manifest.json");
  // The second is broken, the third is not there: the first counts, and the feed is tried again.
  server.broken[file(2)] = Error{Error::Code::unavailable, "The connection broke off", {}, {}};
  server.files.erase(file(3));
  EXPECT_THAT(turn(), ElementsAre("/feed/manifest.json 200", file(1) + " 200", file(2) + " -", file(3) + " 404"));
  EXPECT_EQ(kept().failures, 1);
  EXPECT_THAT(kept().problem, HasSubstr("broke off"));
  EXPECT_EQ(kept().counts.refused, 1) << "what is not there";
  EXPECT_EQ(of_type("indicator"), 1);
  server.broken.clear();
  EXPECT_THAT(turn(), ElementsAre("/feed/manifest.json 200", file(2) + " 200"));
  EXPECT_EQ(kept().failures, 0);
  EXPECT_EQ(of_type("indicator"), 2);
  EXPECT_THAT(turn(), ElementsAre("/feed/manifest.json 304"));
  manifest({{1, 1'700'000'000}, {2, 1'700'000'500}, {3, 1'700'000'900}});
  EXPECT_THAT(turn(), ElementsAre("/feed/manifest.json 200", file(2) + " 200", file(3) + " 200"));
  EXPECT_EQ(of_type("indicator"), 3);
  // Another ceiling reads everything anew.
  auto input = engine::taxii::input_of(kept());
  input.trust = store::PeerTrust::all;
  ASSERT_TRUE(engine::taxii::change_peer(database(), console, peers, peer, input, clock.now()));
  EXPECT_EQ(turn().size(), 4U);
  EXPECT_THAT(turn(), ElementsAre("/feed/manifest.json 304"));
  ASSERT_TRUE(engine::taxii::remove_peer(database(), console, peer, clock.now()));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM taxii_peer_event"}), 0);
}

TEST_P(PeerDocumentsTest, AServerThatIsDownIsNotAskedForEachEvent) {
  std::string manifest = "{";
  for (int i = 1; i < 10; ++i) {
    manifest += fmt::format(R"({}"{}":{{"timestamp":"{}"}})", i > 1 ? "," : "", uuid(i), i);
    server.instead[fmt::format("/{}.json", uuid(i))] = answer_of(503);
  }
  server.files["/manifest.json"] = manifest + "}";
  add(PeerKind::misp, "https://others.example/");
  EXPECT_EQ(turn().size(), 4U);
  EXPECT_EQ(kept().failures, 1);
}

struct Garbage {
  PeerKind kind;
  std::string_view body, problem;
};
TEST_P(PeerDocumentsTest, GarbageIsAFailureAndNothingOfItIsKept) {
  const std::string page = "<!DOCTYPE html><html>\n<body>\nSign in\n</body></html>";
  const Garbage all[] = {{PeerKind::news, page, "no feed of news"},
                         {PeerKind::news, "<feed xmlns='http://www.w3.org/2005/Atom'><title>cut", "XML"},
                         {PeerKind::list, page, "no list of indicators"},
                         {PeerKind::list, "{\"a\":1}", "no list of indicators"},
                         {PeerKind::misp, page, "JSON"},
                         {PeerKind::misp, "[]", "no manifest"}};
  for (const auto& each : all) {
    server.files["/manifest.json"] = server.files["/x"] = each.body;
    add(each.kind, each.kind == PeerKind::misp ? "https://others.example/" : "https://others.example/x");
    turn();
    EXPECT_EQ(kept().failures, 1);
    EXPECT_THAT(kept().problem, HasSubstr(each.problem)) << kept().problem;
    EXPECT_FALSE(poller->preview(console, peer));
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM record"}), 0);
    ASSERT_TRUE(engine::taxii::remove_peer(database(), console, peer, clock.now()));
  }
}

TEST_P(PeerDocumentsTest, AListMayBecomeEmpty) {
  server.files["/x"] = "# nothing today\n";
  add(PeerKind::list, "https://others.example/x");
  turn();
  EXPECT_EQ(kept().failures, 0) << kept().problem;
}

TEST(DocumentClient, AsksOnlyByWhatCanStandInAHeader) {
  auto answer = answer_of(200, {}, {{"etag", "\"a\"\r\nX: y"}, {"last-modified", std::string(2'000, 'x')}});
  std::vector<FetchHeaders> sent;
  const TaxiiClient::Get get = [&](std::string_view, const FetchOptions& options) -> Result<FetchAnswer> {
    sent.push_back(options.headers);
    return answer;
  };
  const auto first = get_document(get, {.url = "https://x.example/"}, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->etag + first->last_modified, "");
  answer = answer_of(304);
  EXPECT_FALSE(get_document(get, {.url = "https://x.example/"}, {})) << "it was not asked for that";
  EXPECT_TRUE(
      get_document(get, {.url = "https://x.example/"}, {.last_modified = "Sun, 01 Mar 2026 10:00:00 GMT"})->unchanged);
  EXPECT_THAT(sent.back(),
              Contains(std::pair<std::string, std::string>{"If-Modified-Since", "Sun, 01 Mar 2026 10:00:00 GMT"}));
}

}  // namespace
}  // namespace tocsin::exchange
