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

/// The writing half, as programs meet it.
class TaxiiWriting : public TaxiiPortal {
 protected:
  void populate() override {
    TaxiiPortal::populate();
    const engine::taxii::CollectionInput shared{
        .id = {},
        .alias = "shared",
        .title = "Shared",
        .description = {},
        .filter = {.types = {"malware", "tool"}},
        .readers = {.who = engine::taxii::CollectionReaders::Who::members, .community = {}, .sector = {}},
        .created_at = {},
        .writers = {.who = engine::taxii::CollectionWriters::Who::members, .organisation = {}, .sector = {}}};
    ASSERT_TRUE(engine::taxii::create_collection(database(), engine::Actor::at_console(), shared, clock_.now()));
  }
  /// Headers of a program of somebody.
  std::string program(std::int64_t person, std::int64_t organisation, std::vector<std::string> scopes) {
    engine::identity::NewToken token;
    token.name = "TAXII";
    token.scopes = std::move(scopes);
    token.expires_at = Timestamp{clock_.now().micros + std::int64_t{86'400'000'000}};
    const auto made =
        identities().create_token({person}, domain::OrganisationId{organisation}, token, engine::Actor::at_console());
    EXPECT_TRUE(made.has_value());
    return fmt::format("{}Authorization: Bearer {}\r\n", kAccept, made ? *made : "");
  }
  std::string plant() { return program(11, kPlant, {"read", "write-records"}); }
  http::testing::Reply post(const std::string& headers, const std::string& body, std::string_view collection = "shared",
                            std::string_view type = taxii::kMediaType) {
    return browser().send("POST", fmt::format("/taxii2/default/collections/{}/objects/", collection), body, type,
                          headers);
  }
  http::testing::Reply remove(const std::string& headers, std::string_view rest) {
    return browser().send("DELETE", fmt::format("/taxii2/default/collections/shared/objects/{}", rest), "",
                          "application/json", headers);
  }
  void tell() {
    clock_.advance(std::chrono::seconds{1});
    ASSERT_TRUE(app().watch().has_value());
  }
  static std::string envelope(const std::vector<std::string>& objects) {
    return fmt::format(R"({{"objects":[{}]}})", fmt::join(objects, ","));
  }
};
TOCSIN_ON_BOTH_DATABASES(TaxiiWriting);

TEST_P(TaxiiWriting, ObjectsAreAddedAndTheirStatusIsTold) {
  const auto headers = plant();
  const auto listed = parsed(browser().get("/taxii2/default/collections/shared/", headers));
  EXPECT_TRUE(listed.at("can_write").as_bool());
  EXPECT_FALSE(parsed(browser().get("/taxii2/default/collections/all/", headers)).at("can_write").as_bool());
  const auto reader = program(11, kPlant, {"read"});
  EXPECT_FALSE(parsed(browser().get("/taxii2/default/collections/shared/", reader)).at("can_write").as_bool());
  const auto root = parsed(browser().get("/taxii2/default/", headers));
  EXPECT_EQ(root.at("max_content_length").to_number<std::int64_t>(), taxii::kBodyBytesMax);

  const auto reply = post(headers, envelope({object(kWorm, kGreen), object(kSecret, "none"), "7",
                                             object("campaign--00000000-0000-4000-8000-000000000004", kGreen)}));
  ASSERT_EQ(reply.status, 202) << reply.body;
  EXPECT_EQ(reply.header("content-type"), taxii::kMediaType);
  const auto status = parsed(reply);
  EXPECT_EQ(status.at("status"), "complete");
  EXPECT_EQ(status.at("total_count"), 4);
  EXPECT_EQ(status.at("success_count"), 2);
  EXPECT_EQ(status.at("failure_count"), 2);
  EXPECT_EQ(status.at("pending_count"), 0);
  EXPECT_EQ(status.as_object().if_contains("pendings"), nullptr);
  EXPECT_EQ(status.at("successes").at(0).at("id"), boost::json::value(kWorm));
  EXPECT_EQ(status.at("successes").at(0).at("version"), "2026-02-01T00:00:00.000Z");
  EXPECT_THAT(boost::json::serialize(status.at("failures")), HasSubstr("type malware, tool only"));
  tell();
  EXPECT_THAT(ids(browser().get("/taxii2/default/collections/shared/objects/", headers)),
              ::testing::UnorderedElementsAre(kWorm, kSecret));

  const auto address = fmt::format("/taxii2/default/status/{}/", std::string{json::string_at(status, "id")});
  const auto again = browser().get(address, headers);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, reply.body);
  // The same person's other token, without the scope, reads it too; nobody else does.
  EXPECT_EQ(browser().get(address, reader).status, 200);
  EXPECT_EQ(browser().get(address, program(12, kPlant, {"read", "write-records"})).status, 404);
  EXPECT_EQ(browser().get(address, program(15, kCert, {"read", "write-records", "publish"})).status, 404);
  EXPECT_EQ(get(address, kAccept).status, 401);
  EXPECT_EQ(browser().get("/taxii2/default/status/nothing/", headers).status, 404);
  EXPECT_EQ(browser().get(address, headers + "Accept: text/html\r\n").status, 200);
  EXPECT_EQ(browser().get(address, "Accept: text/html\r\n" + headers.substr(headers.find("Authorization"))).status,
            406);
}

TEST_P(TaxiiWriting, NobodyWritesWhoMayNot) {
  const auto body = envelope({object(kWorm, kGreen)});
  const auto refused = [&](const http::testing::Reply& reply, int status) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.header("content-type"), taxii::kMediaType);
    EXPECT_EQ(json::string_at(parsed(reply), "http_status"), std::to_string(status));
  };
  const auto headers = plant();
  refused(post(program(11, kPlant, {"read"}), body), 403);
  refused(post(headers, body, "all"), 403);
  refused(post(headers, body, "none"), 404);
  refused(post(kAccept, body), 401);
  refused(post(std::string{kAccept} + "Authorization: Bearer tocsin_wrong\r\n", body), 401);
  refused(post(program(16, kCert, {"read", "write-records"}), body), 403);
  // The collection of a community that they are not in is no collection.
  refused(browser().send("POST", "/taxii2/11111111-1111-4111-8111-111111111111/collections/shared/objects/", body,
                         taxii::kMediaType, headers),
          404);
  // What a browser sends by itself is no reason to write anything: another site's form, nor our own.
  auto member = signed_in("boss@plant.example");
  const auto forged =
      member.send("POST", "/taxii2/default/collections/shared/objects/", body, taxii::kMediaType, kAccept);
  EXPECT_EQ(forged.status, 403) << forged.body;
  const auto own = member.send("POST", "/taxii2/default/collections/shared/objects/", body, taxii::kMediaType,
                               std::string{kAccept} + "X-CSRF-Token: " + member.csrf + "\r\n");
  EXPECT_EQ(own.status, 403) << own.body;
  // What is wrong with the request.
  for (const auto* type : {"application/json", "application/taxii+json;version=2.0", "text/plain",
                           "application/x-www-form-urlencoded", "application/stix+json;version=2.1"}) {
    refused(post(headers, body, "shared", type), 415);
  }
  for (const auto* malformed : {"", "{}", "[]", R"({"objects":[]})", R"({"objects":[{"type":)"}) {
    refused(post(headers, malformed), 422);
  }
  refused(post(headers, "[" + std::string(200'000, '[')), 422);
  refused(
      browser().send("POST", "/taxii2/default/collections/shared/objects/?limit=1", body, taxii::kMediaType, headers),
      400);
  refused(browser().send("POST", "/taxii2/default/collections/shared/objects/", body, taxii::kMediaType,
                         "Accept: application/json\r\n" + headers.substr(headers.find("Authorization"))),
          406);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM record WHERE kind = 2"}), 0);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM taxii_status"}), 0);
  // Too large: refused by its length alone.
  const auto large = post(headers, std::string(static_cast<std::size_t>(taxii::kBodyBytesMax) + 1, ' '));
  EXPECT_EQ(large.status, 413);
  // Refusals of those who are known are audited; the version of the media type may be left out.
  EXPECT_GT(count(store::Sql{"SELECT count(*) FROM audit WHERE action = 'access.refused' AND object = "
                             "'route:taxii_add_objects'"}),
            0);
  EXPECT_EQ(post(headers, body, "shared", "application/taxii+json").status, 202);
}

TEST_P(TaxiiWriting, ObjectsAreDeletedByWhoMayRemoveThem) {
  add({object(kWorm, kGreen), object(kSecret, kGreen)});
  add({object(kWorm, kGreen, "2026-03-01T00:00:00.000Z"), object(kWorm, kGreen, "2026-04-01T00:00:00.000Z")});
  const auto coordinator = program(15, kCert, {"read", "write-records", "publish"});
  const auto one = fmt::format("{}/", kWorm);
  EXPECT_EQ(remove(plant(), one).status, 403);
  EXPECT_EQ(remove(program(15, kCert, {"read", "write-records"}), one).status, 403) << "without the scope publish";
  EXPECT_EQ(remove(program(15, kCert, {"read", "publish"}), one).status, 403) << "without write-records";
  EXPECT_EQ(remove(kAccept, one).status, 401);
  EXPECT_EQ(remove(coordinator, "tool--00000000-0000-4000-8000-000000000009/").status, 404);
  EXPECT_EQ(remove(coordinator, one + "?match[version]=2020-01-01T00:00:00Z").status, 404);
  EXPECT_EQ(remove(coordinator, one + "?match[spec_version]=2.0").status, 404);
  for (const auto* bad : {"?limit=1", "?added_after=2020-01-01T00:00:00Z", "?match[id]=x", "?match[version]=newest"}) {
    EXPECT_EQ(remove(coordinator, one + bad).status, 400) << bad;
  }
  const auto versions = [&] {
    tell();
    const auto reply =
        browser().get(fmt::format("/taxii2/default/collections/shared/objects/{}/versions/", kWorm), coordinator);
    return reply.status == 200 ? boost::json::serialize(parsed(reply).at("versions")) : std::to_string(reply.status);
  };
  EXPECT_EQ(remove(coordinator, one + "?match[version]=2026-03-01T00:00:00.000Z").status, 200);
  EXPECT_EQ(versions(), R"(["2026-02-01T00:00:00.000000Z","2026-04-01T00:00:00.000000Z"])");
  EXPECT_EQ(remove(coordinator, one + "?match[version]=last&match[spec_version]=2.1").status, 200);
  EXPECT_EQ(versions(), R"(["2026-02-01T00:00:00.000000Z"])");
  const auto done = remove(coordinator, one);
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(versions(), "404");
  EXPECT_EQ(remove(coordinator, one).status, 404);
  EXPECT_THAT(ids(browser().get("/taxii2/default/collections/shared/objects/", coordinator)), ElementsAre(kSecret));
}

}  // namespace
}  // namespace tocsin::portal
