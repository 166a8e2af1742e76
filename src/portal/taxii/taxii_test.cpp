#include "portal/taxii/taxii.hpp"

#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// TAXII 2.1 as its clients meet it.
namespace tocsin::portal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(TaxiiMedia, AcceptIsRead) {
  const std::pair<const char*, bool> table[] = {
      {"", true},
      {"*/*", true},
      {"application/*", true},
      {"application/taxii+json", true},
      {"application/taxii+json;version=2.1", true},
      {"application/taxii+json; Version=\"2.1\"", true},
      {"text/html, application/taxii+json; version=2.1; q=0.5", true},
      {"application/taxii+json;version=2.0", false},
      {"application/taxii+json;version=2.1;q=0", false},
      {"application/vnd.oasis.taxii+json; version=2.0", false},
      {"application/json", false},
      {"text/html", false},
  };
  for (const auto& [accept, expected] : table) EXPECT_EQ(taxii::accepts(accept), expected) << accept;
  EXPECT_TRUE(taxii::is_media_type("application/taxii+json;version=2.1"));
  EXPECT_FALSE(taxii::is_media_type("application/json"));
}

TEST(TaxiiTime, HasSixDigits) {
  EXPECT_EQ(taxii::timestamp(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(taxii::timestamp(1'706'745'600'000'001), "2024-02-01T00:00:00.000001Z");
}

constexpr std::string_view kWorm = "malware--00000000-0000-4000-8000-000000000001";
constexpr std::string_view kSecret = "tool--00000000-0000-4000-8000-000000000003";
constexpr std::string_view kClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
constexpr std::string_view kGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
constexpr const char* kAccept = "Accept: application/taxii+json;version=2.1\r\n";

std::string object(std::string_view id, std::string_view marking,
                   std::string_view modified = "2026-02-01T00:00:00.000Z") {
  return fmt::format(
      R"({{"type":"{}","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z", "modified":"{}","name":"n","is_family":false,"object_marking_refs":["{}"]}})",
      id.substr(0, id.find("--")), id, modified, marking);
}

class TaxiiPortal : public testing::MembersTest {
 protected:
  void add(const std::vector<std::string>& objects) {
    std::string bytes = "[";
    for (const auto& each : objects) bytes += (bytes.size() > 1 ? ",\n" : "") + each;
    const auto summary = exchange::import_documents(database(), {{"t.json", bytes + "]"}}, {}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    // What was written in one window is told in another.
    clock_.advance(std::chrono::seconds{1});
    ASSERT_TRUE(app().watch().has_value());
  }
  static boost::json::value parsed(const http::testing::Reply& reply) { return boost::json::parse(reply.body); }
  static std::vector<std::string> ids(const http::testing::Reply& reply) {
    const auto body = parsed(reply);
    std::vector<std::string> out;
    for (const auto& each : json::array_at(body, "objects")) out.emplace_back(json::string_at(each, "id"));
    return out;
  }
  static std::string place(std::string_view rest) { return fmt::format("/taxii2/default/collections/all/{}", rest); }
};
TOCSIN_ON_BOTH_DATABASES(TaxiiPortal);

TEST_P(TaxiiPortal, SaysWhereThingsAre) {
  add({object(kWorm, kClear)});
  const auto discovery = get("/taxii2/", kAccept);
  EXPECT_EQ(discovery.status, 200);
  EXPECT_EQ(discovery.header("content-type"), "application/taxii+json;version=2.1");
  EXPECT_EQ(discovery.header("access-control-allow-origin"), "*");
  const auto said = parsed(discovery);
  const auto& roots = json::array_at(said, "api_roots");
  ASSERT_EQ(roots.size(), 1U);
  EXPECT_THAT(std::string{roots[0].as_string()}, HasSubstr("/taxii2/default/"));
  const auto root = parsed(get("/taxii2/default/", kAccept));
  EXPECT_EQ(json::array_at(root, "versions").at(0).as_string(), "application/taxii+json;version=2.1");
  EXPECT_EQ(get("/taxii2/default/collections/", kAccept).body, "{}") << "the first collection is for members";
  auto member = signed_in("member@plant.example");
  const auto listed = parsed(member.get("/taxii2/default/collections/", kAccept));
  const auto& list = json::array_at(listed, "collections");
  ASSERT_EQ(list.size(), 1U);
  const auto id = std::string{json::string_at(list[0], "id")};
  EXPECT_EQ(member.get("/taxii2/default/collections/" + id + "/", kAccept).body,
            member.get("/taxii2/default/collections/all/", kAccept).body);
  EXPECT_EQ(member.get("/taxii2/default/collections/" + id, kAccept).status, 200) << "without the last '/'";
}

TEST_P(TaxiiPortal, RefusesInTheStandardsWords) {
  auto member = signed_in("member@plant.example");
  add({object(kWorm, kClear)});
  const auto refused = [&](const http::testing::Reply& reply, int status) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.header("content-type"), "application/taxii+json;version=2.1");
    EXPECT_EQ(json::string_at(parsed(reply), "http_status"), std::to_string(status));
    EXPECT_FALSE(json::string_at(parsed(reply), "title").empty());
  };
  refused(member.get(place("objects/"), "Accept: text/html\r\n"), 406);
  refused(member.get(place("objects/"), "Accept: application/taxii+json;version=2.0\r\n"), 406);
  refused(member.get("/taxii2/nowhere/", kAccept), 404);
  refused(member.get("/taxii2/default/collections/none/objects/", kAccept), 404);
  refused(member.get(place("objects/tool--00000000-0000-4000-8000-000000000009/"), kAccept), 404);
  for (const auto* bad : {"?limit=0", "?limit=x", "?added_after=yesterday", "?next=zzz!", "?next=-1", "?nothing=1",
                          "?match[version]=newest", "?match[type]=,", "?match[size]=1"}) {
    refused(member.get(place("objects/") + bad, kAccept), 400);
  }
  refused(get(place("objects/"), kAccept), 404);
  refused(get(place("objects/"), std::string{kAccept} + "Authorization: Basic " + base64_encode("me:wrong") + "\r\n"),
          401);
  refused(get(place("objects/"), std::string{kAccept} + "Authorization: Basic !!\r\n"), 401);
}

TEST_P(TaxiiPortal, GivesObjectsByteForByteInPages) {
  add({object(kWorm, kClear), object(kSecret, kGreen)});
  add({object(kWorm, kClear, "2026-03-01T00:00:00.000Z")});
  auto member = signed_in("member@plant.example");
  const auto all = member.get(place("objects/"), kAccept);
  EXPECT_THAT(ids(all), ElementsAre(kSecret, kWorm));
  EXPECT_THAT(all.body, HasSubstr(object(kWorm, kClear, "2026-03-01T00:00:00.000Z")));
  EXPECT_THAT(all.body, HasSubstr("\"more\":false"));
  const auto first = member.get(place("objects/?limit=1"), kAccept);
  EXPECT_THAT(ids(first), ElementsAre(kSecret));
  EXPECT_EQ(first.header("x-taxii-date-added-first"), first.header("x-taxii-date-added-last"));
  const auto next = std::string{json::string_at(parsed(first), "next")};
  EXPECT_THAT(ids(member.get(place("objects/?limit=1&next=" + next), kAccept)), ElementsAre(kWorm));
  const auto after = std::string{first.header("x-taxii-date-added-last")};
  EXPECT_THAT(ids(member.get(place("objects/?added_after=" + after), kAccept)), ElementsAre(kWorm));
  const auto last = std::string{all.header("x-taxii-date-added-last")};
  const auto nothing = member.get(place("objects/?added_after=" + last), kAccept);
  EXPECT_EQ(nothing.status, 200);
  EXPECT_EQ(nothing.body, "{}");
  EXPECT_THAT(ids(member.get(place("objects/?match[type]=tool,identity"), kAccept)), ElementsAre(kSecret));
  EXPECT_THAT(ids(member.get(place(fmt::format("objects/?match[id]={}", kWorm)), kAccept)), ElementsAre(kWorm));
  EXPECT_THAT(ids(member.get(place("objects/?match[version]=all"), kAccept)), SizeIs(3));
  EXPECT_THAT(ids(member.get(place("objects/?match[spec_version]=2.0"), kAccept)), IsEmpty());
  EXPECT_THAT(ids(member.get(place(fmt::format("objects/{}/?match[version]=all", kWorm)), kAccept)), SizeIs(2));
  // Manifest and versions.
  const auto manifest = parsed(member.get(place("manifest/"), kAccept));
  ASSERT_EQ(json::array_at(manifest, "objects").size(), 2U);
  const auto& entry = json::array_at(manifest, "objects")[1];
  EXPECT_EQ(json::string_at(entry, "version"), "2026-03-01T00:00:00.000000Z");
  EXPECT_EQ(json::string_at(entry, "media_type"), "application/stix+json;version=2.1");
  EXPECT_EQ(json::string_at(entry, "date_added"), last);
  const auto versions = parsed(member.get(place(fmt::format("objects/{}/versions/", kWorm)), kAccept));
  EXPECT_EQ(json::array_at(versions, "versions"),
            (boost::json::array{"2026-02-01T00:00:00.000000Z", "2026-03-01T00:00:00.000000Z"}));
  // Asked again, nothing is sent twice.
  const auto tag = std::string{all.header("etag")};
  EXPECT_EQ(member.get(place("objects/"), std::string{kAccept} + "If-None-Match: " + tag + "\r\n").status, 304);
}

TEST_P(TaxiiPortal, APublicCollectionShowsWhatThePublicMaySee) {
  add({object(kWorm, kClear), object(kSecret, kGreen)});
  const engine::taxii::CollectionInput open{
      .id = {},
      .alias = "open",
      .title = "Open",
      .filter = {},
      .readers = {.who = engine::taxii::CollectionReaders::Who::anyone, .community = {}, .sector = {}},
      .created_at = {}};
  ASSERT_TRUE(engine::taxii::create_collection(database(), engine::Actor::at_console(), open, clock_.now()));
  EXPECT_THAT(ids(get("/taxii2/default/collections/open/objects/", kAccept)), ElementsAre(kWorm));
  EXPECT_THAT(get("/taxii2/default/collections/open/manifest/", kAccept).body, Not(HasSubstr(kSecret)));
  EXPECT_EQ(get(fmt::format("/taxii2/default/collections/open/objects/{}/", kSecret), kAccept).status, 404);
  EXPECT_EQ(get(fmt::format("/taxii2/default/collections/open/objects/{}/versions/", kSecret), kAccept).status, 404);
}

}  // namespace
}  // namespace tocsin::portal
