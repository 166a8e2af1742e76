#include "portal/misp/misp.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// MISP's REST interface as its clients meet it, and as attackers do.
namespace tocsin::portal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string uuid_of(int number) { return fmt::format("00000000-0000-4000-8000-{:012x}", number); }
std::string attribute(int number, std::string_view more = "") {
  return fmt::format(
      R"({{"uuid":"{}","type":"domain","category":"Network activity","value":"a{}.example","to_ids":true,"timestamp":"1767400000"{}}})",
      uuid_of(number), number, more);
}
std::string event(int number, std::string_view tag, const std::vector<std::string>& attributes,
                  std::string_view more = R"("distribution":"3")") {
  return fmt::format(
      R"({{"Event":{{"uuid":"{}","info":"Event {}","date":"2026-01-{:02}","timestamp":"{}","publish_timestamp":"{}","published":true,)"
      R"("Orgc":{{"name":"Water CERT","uuid":"{}"}},"Tag":[{{"name":"{}"}},{{"name":"pump"}}],"Attribute":[{}],{}}}}})",
      uuid_of(number), number, number, 1767400000 + number, 1767400000 + number, uuid_of(99), tag,
      fmt::join(attributes, ","), more);
}

boost::json::value parsed(const http::testing::Reply& reply) {
  auto read = json::parse(reply.body);
  EXPECT_TRUE(read.has_value()) << reply.body;
  return read ? boost::json::value(read->root(), boost::json::storage_ptr{}) : boost::json::value{};
}

class MispRest : public testing::MembersTest {
 protected:
  void populate() override {
    MembersTest::populate();
    run(store::Sql{"UPDATE organisation SET uuid = ? WHERE id = 2", uuid_of(0xa2)});
  }
  void import(const std::string& bytes, std::int64_t owner = kCert) {
    const auto summary = exchange::import_documents(database(), {{"e.json", bytes}},
                                                    {.owner = domain::OrganisationId{owner}}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    ASSERT_TRUE(app().watch().has_value());
  }
  std::string token(std::int64_t person, std::int64_t organisation, std::vector<std::string> scopes) {
    engine::identity::NewToken made;
    made.name = "MISP";
    made.scopes = std::move(scopes);
    made.expires_at = Timestamp{clock_.now().micros + std::int64_t{86'400'000'000}};
    const auto got =
        identities().create_token({person}, domain::OrganisationId{organisation}, made, engine::Actor::at_console());
    EXPECT_TRUE(got.has_value());
    return got ? *got : "";
  }
  /// As PyMISP sends it: no scheme.
  static std::string key(const std::string& token) {
    return "Accept: application/json\r\nAuthorization: " + token + "\r\n";
  }
  std::string reader() { return key(token(11, kPlant, {"read"})); }
  std::string writer() { return key(token(11, kPlant, {"read", "write-records"})); }
  std::string other() { return key(token(13, kVendor, {"read", "write-records"})); }
  http::testing::Reply post(std::string_view path, const std::string& body, const std::string& headers) {
    return browser().send("POST", fmt::format("/misp/{}", path), body, "application/json", headers);
  }
  /// The numbers of the events that are found, in their order.
  std::vector<int> found(const std::string& body, const std::string& headers) {
    const auto reply = post("events/restSearch", body, headers);
    EXPECT_EQ(reply.status, 200) << body << reply.body;
    std::vector<int> out;
    if (reply.status != 200) return out;
    const auto answer = parsed(reply);
    for (const auto& each : answer.at("response").as_array()) {
      out.push_back(std::stoi(std::string{json::string_at(each.at("Event"), "id")}));
    }
    return out;
  }
  std::vector<std::string> values(const std::string& body, const std::string& headers) {
    const auto reply = post("attributes/restSearch", body, headers);
    EXPECT_EQ(reply.status, 200) << body << reply.body;
    std::vector<std::string> out;
    if (reply.status != 200) return out;
    const auto answer = parsed(reply);
    for (const auto& each : answer.at("response").at("Attribute").as_array()) {
      out.emplace_back(json::string_at(each, "value"));
    }
    return out;
  }
};
TOCSIN_ON_BOTH_DATABASES(MispRest);

TEST_P(MispRest, AsksWhoItIs) {
  const auto headers = writer();
  EXPECT_EQ(json::string_at(parsed(browser().get("/misp/servers/getVersion", headers)), "version"), "2.5.0");
  EXPECT_EQ(browser().get("/misp/servers/getPyMISPVersion.json", headers).status, 200);
  const auto me = parsed(browser().get("/misp/users/view/me", headers));
  EXPECT_EQ(json::string_at(me.at("User"), "email"), "member@plant.example");
  EXPECT_EQ(json::string_at(me.at("Organisation"), "name"), "Plant");
  EXPECT_TRUE(me.at("Role").at("perm_add").as_bool());
  EXPECT_FALSE(parsed(browser().get("/misp/users/view/me", reader())).at("Role").at("perm_add").as_bool());
  const auto types = parsed(browser().get("/misp/attributes/describeTypes.json", headers)).at("result");
  EXPECT_EQ(types.at("sane_defaults").at("ip-dst").at("default_category"), "Network activity");
  EXPECT_EQ(types.at("sane_defaults").as_object().size(), types.at("types").as_array().size());
  // X-MISP-AUTH, and with a scheme as everywhere else.
  const auto bare = token(11, kPlant, {"read"});
  EXPECT_EQ(browser().get("/misp/users/view/me", "X-MISP-AUTH: " + bare + "\r\n").status, 200);
  EXPECT_EQ(browser().get("/misp/users/view/me", "Authorization: Bearer " + bare + "\r\n").status, 200);
  // Only here: elsewhere a token has its scheme.
  EXPECT_EQ(browser().get("/api/v1/me", "Authorization: " + bare + "\r\n").status, 401);
}

TEST_P(MispRest, NobodyGetsInWithoutAToken) {
  import(event(1, "tlp:white", {attribute(11)}));
  const std::string wrong = key("tocsin_wrong");
  for (const auto& headers : {std::string{"Accept: application/json\r\n"}, wrong, std::string{"X-MISP-AUTH: x\r\n"}}) {
    for (const auto* path : {"servers/getVersion", "users/view/me", "events/restSearch", "events/index", "tags/index",
                             "events/view/1", "attributes/describeTypes.json"}) {
      const auto reply = browser().get(fmt::format("/misp/{}", path), headers);
      EXPECT_EQ(reply.status, 403) << path << reply.body;
      EXPECT_EQ(reply.header("content-type"), "application/json");
      EXPECT_FALSE(json::string_at(parsed(reply), "message").empty());
      EXPECT_EQ(json::string_at(parsed(reply), "url"), fmt::format("/{}", path));
    }
    for (const auto* path : {"events/restSearch", "attributes/restSearch", "events/add", "events/edit/1"}) {
      EXPECT_EQ(post(path, event(1, "tlp:white", {}), headers).status, 403) << path;
    }
  }
  EXPECT_EQ(browser().get("/misp/events/delete/1", reader()).status, 404);
}

TEST_P(MispRest, EventsAreFoundByWhatIsInThem) {
  import(event(1, "tlp:white", {attribute(11), attribute(12, R"(,"distribution":"0")")}));
  import(event(2, "tlp:green",
               {R"({"uuid":"00000000-0000-4000-8000-000000000021","type":"filename|md5","category":"Payload delivery",)"
                R"("value":"stop it.exe|0123456789abcdef0123456789abcdef","to_ids":false,"timestamp":"1767400000",)"
                R"("Tag":[{"name":"Beacon"}]})",
                R"({"uuid":"00000000-0000-4000-8000-000000000022","type":"text","category":"Other",)"
                R"("value":"100 % of --","timestamp":"1767400000"})"},
               R"("Object":[{"uuid":"00000000-0000-4000-8000-000000000025","name":"ship","timestamp":"1767400000",)"
               R"("Attribute":[{"uuid":"00000000-0000-4000-8000-000000000026","type":"text","object_relation":"name",)"
               R"("category":"Other","value":"Evergreen","timestamp":"1767400000"}]}])"));
  import(event(3, "tlp:amber", {attribute(31)}));
  const auto headers = reader();
  const struct {
    const char* body;
    std::vector<int> events;
  } cases[] = {
      {R"({})", {2, 1}},
      {R"({"request":{"returnFormat":"json"}})", {2, 1}},
      {R"({"value":"a11.example"})", {1}},
      {R"({"value":"A11.EXAMPLE"})", {1}},
      {R"({"value":"a1%"})", {1}},
      {R"({"value":"%"})", {2, 1}},
      {R"({"value":"11.example"})", {}},
      {R"({"value":"a11"})", {}},
      {R"({"value":["a11.example","Evergreen"]})", {2, 1}},
      {R"({"value":{"NOT":["a11.example"]}})", {2}},
      {R"({"value":"!a11.example"})", {2}},
      {R"({"value":{"AND":["evergreen","stop it.exe"]}})", {2}},
      {R"({"value":{"AND":["evergreen","a11.example"]}})", {}},
      {R"({"value":"stop it.exe"})", {2}},
      {R"({"value":"0123456789ABCDEF0123456789abcdef"})", {2}},
      {R"({"value":"stop it.exe|0123456789abcdef0123456789abcdef"})", {2}},
      {R"({"value":"100 % of --"})", {2}},
      {R"({"value":"--"})", {}},
      {R"({"value":"Evergreen"})", {2}},
      {R"({"type":"domain"})", {1}},
      {R"({"type":["domain","filename|md5"]})", {2, 1}},
      {R"({"type":"domain","value":"Evergreen"})", {}},
      {R"({"category":"Payload delivery"})", {2}},
      {R"({"to_ids":1})", {1}},
      {R"({"to_ids":0,"type":"domain"})", {}},
      {R"({"org":"water cert"})", {2, 1}},
      {R"({"org":"00000000-0000-4000-8000-000000000063"})", {2, 1}},
      {R"({"org":"99"})", {2, 1}},
      {R"({"org":{"NOT":"Water%"}})", {}},
      {R"({"tags":"beacon"})", {2}},
      {R"({"tags":["pump"]})", {2, 1}},
      {R"({"tags":{"AND":["pump","Beacon"]}})", {2}},
      {R"({"tags":{"OR":["pump"],"NOT":["tlp:white"]}})", {2}},
      {R"({"tags":["!beacon"]})", {1}},
      {R"({"tags":"tlp:%"})", {2, 1}},
      {R"({"event_tags":"beacon"})", {}},
      {R"({"from":"2026-01-02"})", {2}},
      {R"({"to":"2026-01-01"})", {1}},
      {R"({"date":["2026-01-01","2026-01-01"]})", {1}},
      {R"({"timestamp":1767400002})", {2}},
      {R"({"timestamp":["1767400001","1767400001"]})", {1}},
      {R"({"publish_timestamp":"1767400002"})", {2}},
      {R"({"publish_timestamp":1767400001.5})", {2, 1}},
      {R"({"last":"2026-01-04"})", {}},
      {R"({"eventid":2})", {2}},
      {R"({"eventid":["1","2"]})", {2, 1}},
      {R"({"eventid":{"NOT":["2"]}})", {1}},
      {R"({"eventid":"00000000-0000-4000-8000-000000000001"})", {1}},
      {R"({"uuid":"00000000-0000-4000-8000-000000000002"})", {2}},
      {R"({"uuid":"00000000-0000-4000-8000-000000000026"})", {2}},
      {R"({"uuid":"00000000-0000-4000-8000-000000000025"})", {2}},
      {R"({"eventinfo":"event 1"})", {1}},
      {R"({"eventinfo":"%1"})", {1}},
      {R"({"published":true})", {2, 1}},
      {R"({"published":0})", {}},
      {R"({"limit":1})", {2}},
      {R"({"limit":"1","page":2})", {1}},
      {R"({"limit":1,"page":3})", {}},
      // What it may not see is not there, whatever it is asked by.
      {R"({"value":"a31.example"})", {}},
      {R"({"value":"a12.example"})", {}},
      {R"({"uuid":"00000000-0000-4000-8000-000000000031"})", {}},
      {R"({"eventid":"3"})", {}},
      {R"({"eventinfo":"Event 3"})", {}},
      {R"({"tags":"tlp:amber"})", {}},
      // What PyMISP always sends.
      {R"({"returnFormat":"json","withAttachments":0,"metadata":0,"enforceWarninglist":0,"includeEventUuid":0,)"
       R"("includeEventTags":0,"sgReferenceOnly":0,"includeContext":0,"headerless":0,"includeSightings":0,)"
       R"("includeDecayScore":0,"includeCorrelations":0,"excludeDecayed":0,"value":"a11.example"})",
       {1}},
  };
  for (const auto& each : cases) EXPECT_EQ(found(each.body, headers), each.events) << each.body;
  EXPECT_THAT(values(R"({"type":"domain"})", headers), ElementsAre("a11.example"));
  EXPECT_THAT(values(R"({"value":["a12.example","a31.example"]})", headers), IsEmpty());
  EXPECT_THAT(values(R"({"tags":"pump","limit":1,"page":2})", headers), ElementsAre("100 % of --"));
  EXPECT_THAT(values(R"({"tags":"beacon"})", headers), ElementsAre("stop it.exe|0123456789abcdef0123456789abcdef"));
  EXPECT_THAT(values(R"({"timestamp":1767400001})", headers), IsEmpty()) << "the attribute's own";
  // By GET it is the same.
  const auto by_get = browser().get("/misp/events/restSearch?value=a11.example&value=Evergreen&limit=5", headers);
  EXPECT_EQ(parsed(by_get).at("response").as_array().size(), 2U);
  EXPECT_EQ(browser().get("/misp/events/restSearch?type[]=domain&returnFormat=json", headers).status, 200);
  const auto in_object = post("attributes/restSearch", R"({"value":"Evergreen","includeEventUuid":1})", headers);
  const auto ship = parsed(in_object).at("response").at("Attribute").at(0);
  EXPECT_EQ(json::string_at(ship, "object_id"), std::to_string(0x25));
  EXPECT_EQ(json::string_at(ship, "event_id"), "2");
  EXPECT_EQ(json::string_at(ship, "event_uuid"), uuid_of(2));
  EXPECT_EQ(json::string_at(ship.at("Event"), "info"), "Event 2");
  const auto metadata = post("events/restSearch", R"({"eventid":2,"metadata":1})", headers);
  EXPECT_THAT(metadata.body, Not(HasSubstr("Evergreen")));
  EXPECT_THAT(metadata.body, HasSubstr("Event 2"));
}

TEST_P(MispRest, WhatIsNotSupportedIsNamed) {
  const auto headers = reader();
  const struct {
    const char *path, *body, *named;
  } cases[] = {
      {"events/restSearch", R"({"sharinggroup":[1]})", "sharinggroup"},
      {"events/restSearch", R"({"searchall":"x"})", "searchall"},
      {"events/restSearch", R"({"deleted":[0,1]})", "deleted"},
      {"events/restSearch", R"({"enforceWarninglist":1})", "enforceWarninglist"},
      {"events/restSearch", R"({"returnFormat":"stix2"})", "returnFormat"},
      {"events/restSearch", R"({"value":{"XOR":["a"]}})", "value"},
      {"events/restSearch", R"({"value":[["a"]]})", "value"},
      {"events/restSearch", R"({"value":true})", "value"},
      {"events/restSearch", R"({"to_ids":"maybe"})", "to_ids"},
      {"events/restSearch", R"({"last":"yesterday"})", "last"},
      {"events/restSearch", R"({"timestamp":[1,2,3]})", "timestamp"},
      {"events/restSearch", R"({"limit":-1})", "limit"},
      {"events/restSearch", R"({"limit":501})", "limit"},
      {"events/restSearch", R"({"page":2})", "page"},
      {"events/restSearch", R"([])", "filters"},
      {"attributes/restSearch", R"({"limit":10001})", "limit"},
      {"attributes/restSearch", R"({"object_name":"file"})", "object_name"},
  };
  for (const auto& each : cases) {
    const auto reply = post(each.path, each.body, headers);
    EXPECT_EQ(reply.status, 400) << each.body << reply.body;
    EXPECT_THAT(std::string{json::string_at(parsed(reply), "message")}, HasSubstr(each.named)) << each.body;
  }
  EXPECT_EQ(post("events/restSearch", "[" + std::string(200'000, '['), headers).status, 400);
  EXPECT_EQ(post("events/restSearch", std::string(misp::kSearchBytesMax + 1, ' '), headers).status, 413);
  std::string many = R"({"value":["x")";
  for (int i = 0; i < 1'001; ++i) many += R"(,"y")";
  EXPECT_EQ(post("events/restSearch", many + "]}", headers).status, 400);
  many = R"({"value":["x%")";
  for (int i = 0; i < 101; ++i) many += R"(,"y%")";
  EXPECT_EQ(post("events/restSearch", many + "]}", headers).status, 400);
  EXPECT_EQ(browser().get("/misp/events/index?value=x", headers).status, 400);
}

TEST_P(MispRest, AnEventIsReadByNumberAndUuid) {
  import(event(1, "tlp:white",
               {attribute(11), attribute(12, R"(,"distribution":"0")"), attribute(13, R"(,"deleted":true)")}));
  import(event(3, "tlp:amber", {attribute(31)}));
  const auto headers = reader();
  for (const auto& id : {std::string{"1"}, uuid_of(1)}) {
    const auto got = parsed(browser().get("/misp/events/view/" + id, headers)).at("Event");
    EXPECT_EQ(json::string_at(got, "id"), "1");
    EXPECT_EQ(json::string_at(got, "orgc_id"), "99");
    EXPECT_EQ(got.at("Attribute").as_array().size(), 1U);
    EXPECT_EQ(json::string_at(got, "attribute_count"), "1");
    EXPECT_EQ(json::string_at(got.at("Attribute").at(0), "id"), std::to_string(11));
  }
  const auto hidden = browser().get("/misp/events/view/3", headers);
  const auto absent = browser().get("/misp/events/view/4", headers);
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(json::string_at(parsed(hidden), "message"), json::string_at(parsed(absent), "message"));
  for (const auto* id : {"0", "-1", "x", "99999999999999999999", "00000000-0000-4000-8000-000000000003"}) {
    EXPECT_EQ(browser().get(fmt::format("/misp/events/view/{}", id), headers).status, 404) << id;
  }
  const auto index = parsed(browser().get("/misp/events/index", headers)).as_array();
  ASSERT_EQ(index.size(), 1U);
  EXPECT_EQ(json::string_at(index.at(0), "info"), "Event 1");
  const auto tags = browser().get("/misp/tags/index", headers).body;
  EXPECT_THAT(tags, HasSubstr("tlp:white"));
  EXPECT_THAT(tags, Not(HasSubstr("tlp:amber")));
}

TEST_P(MispRest, AnEventIsAddedForTheTokensOrganisation) {
  const auto headers = writer();
  // As PyMISP writes it: nothing around it, no times, no organisation.
  const auto reply = post("events/add",
                          fmt::format(R"({{"info":"Ours","uuid":"{}","distribution":"1",)"
                                      R"("Tag":[{{"name":"tlp:green"}}],"Attribute":[{}],"Object":[{{)"
                                      R"("name":"file","Attribute":[{{"type":"filename",)"
                                      R"("object_relation":"filename","value":"b.exe","to_ids":true}}]}}]}})",
                                      uuid_of(5), attribute(51)),
                          headers);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto made = parsed(reply).at("Event");
  EXPECT_EQ(json::string_at(made, "uuid"), uuid_of(5));
  EXPECT_EQ(json::string_at(made, "id"), "5");
  EXPECT_EQ(json::string_at(made.at("Orgc"), "name"), "Plant");
  EXPECT_EQ(made.at("Attribute").as_array().size(), 1U);
  EXPECT_EQ(json::string_at(made.at("Object").at(0).at("Attribute").at(0), "value"), "b.exe");
  EXPECT_THAT(found(R"({"value":"b.exe"})", other()), ElementsAre(5));
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM audit WHERE action = 'misp.add' AND object = ?",
                             "threat:report--" + uuid_of(5)}),
            1);
  EXPECT_EQ(
      count(store::Sql{"SELECT count(*) FROM record WHERE record_key = ? AND owner_id = 2", "report--" + uuid_of(5)}),
      1);
  // The same once more is an edit.
  for (const auto& again : {headers, other()}) {
    const auto twice = post("events/add", event(5, "tlp:green", {attribute(51)}), again);
    EXPECT_EQ(twice.status, 403);
    EXPECT_THAT(std::string{json::string_at(parsed(twice), "message")}, HasSubstr("already exists"));
    EXPECT_EQ(twice.header("location"), "/misp/events/view/" + uuid_of(5));
  }
  EXPECT_EQ(post("events/add/metadata:1", event(6, "tlp:green", {attribute(61)}), headers).status, 200);
  // Without a TLP it is the organisation's own, and nobody claims to be another.
  const auto claimed = parsed(post("events/add", event(7, "osint", {attribute(71)}), headers)).at("Event");
  EXPECT_EQ(json::string_at(claimed.at("Orgc"), "name"), "Plant");
  EXPECT_THAT(found(R"({"eventid":7})", headers), ElementsAre(7));
  EXPECT_THAT(found(R"({"eventid":7})", other()), IsEmpty());
  EXPECT_EQ(browser().get("/misp/events/view/7", other()).status, 404);
  // TLP:CLEAR of a member reaches members: visitors see what the CERT publishes.
  EXPECT_EQ(post("events/add", event(8, "tlp:clear", {attribute(81)}), headers).status, 200);
  EXPECT_THAT(found(R"({"eventid":8})", other()), ElementsAre(8));
  EXPECT_EQ(get("/feeds/misp/" + uuid_of(8) + ".json").status, 404);
  const auto coordinator = key(token(15, kCert, {"read", "write-records", "publish"}));
  const auto published = parsed(post("events/add", event(9, "tlp:clear", {attribute(91)}), coordinator)).at("Event");
  EXPECT_EQ(json::string_at(published.at("Orgc"), "name"), "Water CERT");
  EXPECT_EQ(get("/feeds/misp/" + uuid_of(9) + ".json").status, 200);
}

TEST_P(MispRest, AHiddenEventIsNotMetByItsUuid) {
  import(event(3, "tlp:red", {attribute(31)}), kVendor);
  const auto headers = writer();
  // As if there were none: it is theirs now, beside the hidden one.
  const auto reply = post("events/add", event(3, "tlp:green", {attribute(31)}), headers);
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(found(R"({"value":"a31.example"})", headers), ElementsAre(3));
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM record WHERE record_key = ?", "report--" + uuid_of(3)}), 2);
  EXPECT_EQ(post("events/edit/4", event(4, "tlp:green", {}), headers).status, 404);
}

TEST_P(MispRest, AnEventIsChangedByItsOrganisationAlone) {
  const auto headers = writer();
  ASSERT_EQ(post("events/add", event(5, "tlp:green", {attribute(51), attribute(52)}), headers).status, 200);
  clock_.advance(std::chrono::hours{24 * 365 * 10});
  const auto writes = writer();
  const auto changed =
      post("events/edit/5", fmt::format(R"({{"Event":{{"info":"Newer","Attribute":[{}]}}}})", attribute(53)), writes);
  ASSERT_EQ(changed.status, 200) << changed.body;
  const auto now = parsed(changed).at("Event");
  EXPECT_EQ(json::string_at(now, "info"), "Newer");
  EXPECT_EQ(now.at("Attribute").as_array().size(), 3U) << "what is not named stays";
  EXPECT_THAT(found(R"({"value":"a53.example"})", other()), ElementsAre(5));
  // A stricter tag makes every part stricter.
  const auto strict = post("events/edit/" + uuid_of(5), R"({"info":"Newer","Tag":[{"name":"tlp:amber"}]})", writes);
  ASSERT_EQ(strict.status, 403) << "within one second it is not newer";
  clock_.advance(std::chrono::seconds{5});
  ASSERT_EQ(post("events/edit/" + uuid_of(5), R"({"info":"Newer","Tag":[{"name":"tlp:amber"}]})", writes).status, 200);
  EXPECT_THAT(found(R"({"value":"a51.example"})", writes), ElementsAre(5));
  EXPECT_THAT(found(R"({"value":["a51.example","a53.example"]})", other()), IsEmpty());
  const auto stranger = key(token(13, kVendor, {"read", "write-records"}));
  ASSERT_EQ(post("events/add", event(6, "tlp:green", {attribute(61)}), stranger).status, 200);
  const auto refused = post("events/edit/6", R"({"info":"Mine"})", writes);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("another organisation"));
  // Nor by taking a part of it into an event of one's own.
  EXPECT_EQ(post("events/add", event(7, "tlp:green", {attribute(61, R"(,"comment":"mine")")}), writes).status, 403);
  EXPECT_THAT(found(R"({"eventid":7})", writes), IsEmpty()) << "all of it or nothing";
}

TEST_P(MispRest, NobodyWritesWhoMayNot) {
  const auto body = event(5, "tlp:green", {attribute(51)});
  EXPECT_EQ(post("events/add", body, reader()).status, 403);
  EXPECT_EQ(post("events/edit/5", body, reader()).status, 403);
  EXPECT_EQ(post("events/add", body, key(token(16, kCert, {"read", "write-records"}))).status, 403) << "an auditor";
  // What a browser sends by itself is no reason to write anything: another site's form, nor our own.
  auto member = signed_in("boss@plant.example");
  EXPECT_EQ(member.send("POST", "/misp/events/add", body, "application/json").status, 403);
  EXPECT_EQ(
      member.send("POST", "/misp/events/add", body, "application/json", "X-CSRF-Token: " + member.csrf + "\r\n").status,
      403);
  const auto headers = writer();
  for (const auto* malformed :
       {"", "{}", "[]", "7", R"({"Event":7})", R"({"Event":{}})", R"({"info":"")",
        R"({"info":"x","Attribute":[{"type":"domain"}]})", R"({"info":"x","Object":[{"Attribute":[]}]})"}) {
    const auto reply = post("events/add", malformed, headers);
    EXPECT_EQ(reply.status, 403) << malformed << reply.body;
    EXPECT_EQ(reply.header("content-type"), "application/json");
  }
  EXPECT_EQ(post("events/add", R"({"info":"x","a":)" + std::string(200'000, '['), headers).status, 403);
  EXPECT_EQ(post("events/add/metadata:2", body, headers).status, 404);
  EXPECT_EQ(post("events/add?x=1", body, headers).status, 400);
  EXPECT_EQ(post("events/add", std::string(misp::kBodyBytesMax + 1, ' '), headers).status, 413);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM record WHERE kind = 2"}), 0);
  EXPECT_GT(count(store::Sql{"SELECT count(*) FROM audit WHERE action = 'access.refused' AND object = "
                             "'route:misp_add_event'"}),
            0);
}

}  // namespace
}  // namespace tocsin::portal
