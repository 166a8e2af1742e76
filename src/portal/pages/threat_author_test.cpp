#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/taxii/feed.hpp"
#include "portal/members_fixture.hpp"

/// Writing objects of STIX: form, source and API, and who may not.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";
using Fields = std::vector<Field>;

class ThreatAuthor : public testing::MemberPortalTest {
 protected:
  static Fields campaign(std::string_view step = "save") {
    return {{"type", "campaign"},
            {"view", "fields"},
            {"base", "{}"},
            {"f-name", "Spring <script>alert(1)</script>"},
            {"f-description", "*Wet*"},
            {"f-aliases", "Tide\r\nFlood"},
            {"f-first_seen", "2020-01-01T10:00"},
            {"f-confidence", "70"},
            {"f-external_references", "cve | CVE-2024-12345"},
            {"whom", "members"},
            {"tlp", "GREEN"},
            {"step", std::string{step}}};
  }
  static Fields source(std::string json, std::string_view step = "save", std::string_view type = "campaign") {
    return {{"type", std::string{type}}, {"view", "source"}, {"source", std::move(json)},
            {"whom", "members"},         {"tlp", "GREEN"},   {"step", std::string{step}}};
  }
  static Fields with(Fields fields, std::string_view name, std::string value) {
    for (auto& [field, old] : fields) {
      if (field == name) {
        old = std::move(value);
        return fields;
      }
    }
    fields.emplace_back(name, std::move(value));
    return fields;
  }
  static std::string header(const http::testing::Reply& reply, std::string_view name) {
    const auto at = reply.head.find(std::string{name} + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 2;
    return reply.head.substr(begin, reply.head.find('\r', begin) - begin);
  }
  std::string id_in(const http::testing::Reply& reply) {
    EXPECT_EQ(reply.status, 303) << reply.body;
    catch_up();
    auto location = header(reply, "Location");
    location.resize(std::min(location.find('?'), location.size()));
    return location.substr(std::min(location.size(), std::string_view{"/threats/"}.size()));
  }
  std::string write(As who, Fields fields) { return id_in(post_as(who, "/threats/new", std::move(fields))); }
  void catch_up() {
    ASSERT_TRUE(app().watch());
    ASSERT_TRUE(engine::taxii::feed_all(database(), Timestamp{clock_.now().micros + 10'000'000}));
  }
  std::string version(const std::string& id) {
    const auto body = get_as(As::water_administrator, "/api/v1/threats/" + id).body;
    return std::string{json::string_at(json::parse(body).value().root(), "version")};
  }
  std::string document(As who, const std::string& id) {
    return get_as(who, "/api/v1/threats/" + id + "/document").body;
  }
  http::testing::Reply send(As who, std::string_view method, std::string_view target, std::string_view body,
                            const std::string& headers = {}) {
    http::testing::Client client{running().port()};
    client.send(std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: portal.example\r\n" +
                cookie(who) + "X-CSRF-Token: " + csrf(who) + "\r\n" + headers +
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                std::string{body});
    return client.read();
  }
  std::int64_t objects() {
    return number(store::Sql{"SELECT count(*) FROM record WHERE kind = ?", domain::RecordKind::stix_object});
  }
};
TOCSIN_ON_BOTH_DATABASES(ThreatAuthor);

TEST_P(ThreatAuthor, WriteWithTheForm) {
  EXPECT_THAT(get_as(As::water_member, "/threats", kHtml).body, HasSubstr("href=\"/threats/new\""));
  EXPECT_THAT(get_as(As::water_member, "/threats/new", kHtml).body, HasSubstr("/threats/new?type=campaign"));
  const auto form = get_as(As::water_member, "/threats/new?type=malware", kHtml);
  ASSERT_EQ(form.status, 200) << form.body;
  EXPECT_THAT(form.body, AllOf(HasSubstr("name=\"w-malware_types\" value=\"ransomware\""),
                               HasSubstr("name=\"f-is_family\""), HasSubstr("<option value=\"exploits\">"),
                               HasSubstr("name=\"rel_target\""), Not(HasSubstr("name=\"f-id\""))));
  const auto tool = write(As::water_member, source(R"({"type":"tool","name":"Rake"})", "save", "tool"));
  auto typed = campaign("review");
  typed.emplace_back("rel_verb", "uses");
  typed.emplace_back("rel_target", "rake");
  const auto before = objects();
  const auto review = post_as(As::water_member, "/threats/new", typed);
  ASSERT_EQ(review.status, 200) << review.body;
  EXPECT_THAT(review.body, AllOf(HasSubstr("Spring &lt;script&gt;"), Not(HasSubstr("<script>alert")),
                                 HasSubstr("Every member"), HasSubstr("<em>Wet</em>"), HasSubstr("Save it")));
  EXPECT_EQ(objects(), before) << "a look stores nothing";
  const auto id = write(As::water_member, with(typed, "step", "save"));
  EXPECT_THAT(document(As::power_member, id),
              AllOf(HasSubstr(R"("aliases":["Tide","Flood"])"), HasSubstr(R"("confidence":70)"),
                    HasSubstr(R"("first_seen":"2020-01-01T10:00:00.000Z")"),
                    HasSubstr(R"({"source_name":"cve","external_id":"CVE-2024-12345"})")));
  const auto page = get_as(As::power_member, "/threats/" + id, kHtml).body;
  EXPECT_THAT(page, AllOf(HasSubstr("Shared by Water works."), HasSubstr(tool), Not(HasSubstr("/edit\"")),
                          Not(HasSubstr("<script>alert"))));
  EXPECT_THAT(get_as(As::water_member, "/threats/" + id, kHtml).body, HasSubstr("/threats/" + id + "/edit"));
  EXPECT_EQ(get("/threats/" + id, kHtml).status, 404);
  EXPECT_THAT(get_as(As::water_member, "/threats/shared/" + id, kHtml).body, HasSubstr("/threats/" + id + "/edit"));
  EXPECT_EQ(get_as(As::water_member, "/threats/shared/" + id + "/edit", kHtml).status, 403) << "it is no report";
}

TEST_P(ThreatAuthor, WritePlacesPeopleAndAnalyses) {
  const Fields beside{{"view", "fields"}, {"base", "{}"}, {"whom", "members"}, {"tlp", "GREEN"}, {"step", "save"}};
  const auto typed = [&](std::string_view type, Fields fields) {
    fields.emplace_back("type", std::string{type});
    fields.insert(fields.end(), beside.begin(), beside.end());
    return fields;
  };
  const auto place =
      write(As::water_member, typed("location", {{"f-latitude", "48.137"}, {"f-longitude", "-11.5"}, {"f-city", "X"}}));
  EXPECT_THAT(document(As::power_member, place),
              AllOf(HasSubstr(R"("latitude":48.137)"), HasSubstr(R"("longitude":-11.5)")));
  EXPECT_THAT(get_as(As::water_member, "/threats/" + place + "/edit", kHtml).body, HasSubstr("value=\"48.137\""));
  const auto who = write(As::water_member, typed("identity", {{"f-name", "Plant"},
                                                              {"f-identity_class", "organization"},
                                                              {"w-sectors", "energy"},
                                                              {"rel_verb", "located-at"},
                                                              {"rel_target", place}}));
  EXPECT_THAT(document(As::power_member, who), HasSubstr(R"("sectors":["energy"])"));
  const auto analysis = write(As::water_member, typed("malware-analysis", {{"f-product", "any-run"},
                                                                           {"f-version", "3"},
                                                                           {"f-result", "malicious"},
                                                                           {"f-submitted", "2020-01-01T10:00"}}));
  EXPECT_THAT(document(As::power_member, analysis), AllOf(HasSubstr(R"("version":"3")"), HasSubstr("malicious")));
  // Neither where it is nor what came of it: the standard's own rules hold.
  EXPECT_EQ(post_as(As::water_member, "/threats/new", typed("location", {{"f-name", "Somewhere"}})).status, 422);
  EXPECT_EQ(post_as(As::water_member, "/threats/new", typed("location", {{"f-latitude", "north"}})).status, 422);
  EXPECT_EQ(post_as(As::water_member, "/threats/new", typed("malware-analysis", {{"f-product", "any-run"}})).status,
            422);
}

TEST_P(ThreatAuthor, SayThatItIsTheSame) {
  const auto main = write(As::water_member, source(R"({"type":"tool","name":"Rake <b>"})", "save", "tool"));
  const auto other =
      write(As::power_member, source(R"({"type":"tool","name":"Hoe","aliases":["rake <b>"]})", "save", "tool"));
  const auto third =
      write(As::power_member, source(R"({"type":"malware","name":"Silt","is_family":true})", "save", "malware"));
  const auto at = "/threats/" + other;
  // A way into the form, with the other one filled in.
  const auto shown = get_as(As::power_member, at, kHtml).body;
  EXPECT_THAT(shown, AllOf(HasSubstr("Maybe the same"), HasSubstr("href=\"" + at + "/same?of=" + main + "\"")));
  EXPECT_THAT(get_as(As::power_member, at + "/same?of=" + main, kHtml).body,
              HasSubstr("name=\"of\" type=\"text\" value=\"" + main + "\""));
  const auto before = objects();
  for (const auto& [of, reason] : {std::pair{main, std::string{}}, {third, "x"}, {other, "x"}, {"nothing", "x"}}) {
    EXPECT_EQ(post_as(As::power_member, at + "/same", {{"of", of}, {"reason", reason}}).status, 422) << of;
  }
  EXPECT_EQ(objects(), before);
  EXPECT_EQ(post_as(As::power_member, at + "/same", {{"of", "rake <b>"}, {"reason", "x"}}).status, 422)
      << "its own alias says it, too";
  EXPECT_EQ(post_as(As::power_member, at + "/same", {{"of", main}, {"reason", "Same <i>hash</i>"}}).status, 303);
  catch_up();
  const auto there = get_as(As::water_member, "/threats/" + main, kHtml).body;
  EXPECT_THAT(
      there, AllOf(HasSubstr("The same as"), HasSubstr("Same &lt;i&gt;hash&lt;/i&gt;"),
                   HasSubstr("Said by Power plant."), Not(HasSubstr("Maybe the same")), Not(HasSubstr("/withdraw\""))));
  EXPECT_THAT(get_as(As::water_member, "/threats?type=tool", kHtml).body, HasSubstr("duplicate</span>"));
  EXPECT_THAT(get_as(As::water_member, "/threats?type=tool&duplicates=no", kHtml).body,
              Not(HasSubstr("/threats/" + other)));
  const auto told = get_as(As::power_member, "/api/v1" + at + "/duplicates");
  EXPECT_THAT(told.body, AllOf(HasSubstr(R"("is_duplicate":true)"), HasSubstr(R"("own":true)")));
  EXPECT_EQ(get("/api/v1" + at + "/duplicates").status, 404) << "who does not see it";
  const auto said = json::parse(told.body).value();
  const std::string via{json::string_at(json::array_at(said.root(), "items").front(), "relationship")};
  EXPECT_THAT(get_as(As::power_member, at, kHtml).body, HasSubstr(at + "/same/" + via + "/withdraw"));
  EXPECT_EQ(post_as(As::water_member, at + "/same/" + via + "/withdraw", {}).status, 404);
  EXPECT_EQ(send(As::water_member, "DELETE", "/api/v1" + at + "/duplicates/" + via, "").status, 404);
  EXPECT_EQ(post_as(As::power_member, at + "/same/" + via + "/withdraw", {}).status, 303);
  catch_up();
  EXPECT_THAT(get_as(As::water_member, "/threats/" + main, kHtml).body, Not(HasSubstr("Said by Power plant.")));
  const auto by_api = send(As::power_member, "POST", "/api/v1" + at + "/duplicates",
                           fmt::format(R"({{"of":"{}","reason":"Again"}})", main));
  EXPECT_EQ(by_api.status, 201) << by_api.body;
  EXPECT_EQ(send(As::power_member, "POST", "/api/v1" + at + "/duplicates", R"({"of":"x"})").status, 400);
}

TEST_P(ThreatAuthor, GoBetweenFormAndSource) {
  const auto source_page = post_as(As::water_member, "/threats/new", campaign("source"));
  ASSERT_EQ(source_page.status, 200);
  EXPECT_THAT(source_page.body, AllOf(HasSubstr("name=\"source\""), HasSubstr("&quot;Flood&quot;"),
                                      HasSubstr("name=\"tlp\" value=\"GREEN\" checked")));
  const auto back = post_as(As::water_member, "/threats/new",
                            source(R"({"type":"campaign","name":"A","x_own":[1],"aliases":["b"]})", "fields"));
  ASSERT_EQ(back.status, 200);
  EXPECT_THAT(back.body, AllOf(HasSubstr("name=\"f-name\" type=\"text\" value=\"A\""), HasSubstr("x_own")))
      << "what the form does not show travels with it";
}

TEST_P(ThreatAuthor, SayWhatIsWrongAndKeepTheText) {
  struct Wrong {
    Fields fields;
    std::string_view kept, said;
  };
  const std::string indicator =
      R"({"type":"indicator","name":"keep me","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z","pattern":"[nonsense"})";
  const Wrong all[] = {
      {with(campaign(), "f-name", ""), "Flood", "#f-f-name"},
      {with(campaign(), "f-first_seen", "soon"), "Flood", "#f-f-first_seen"},
      {with(campaign(), "f-confidence", "900"), "Flood", "#f-f-confidence"},
      {with(campaign(), "tlp", "RED"), "Flood", "#f-tlp"},
      {with(campaign(), "whom", "listed"), "Flood", "class=\"callout callout-error"},
      {with(with(campaign(), "rel_verb", "uses"), "rel_target", "nobody knows it"), "Flood", "#f-rel"},
      {source(indicator, "save", "indicator"), "keep me", "/pattern: "},
      {source("{\"type\": \"campaign\",\n keep me", "review"), "keep me", "#f-source"},
      {source(R"({"type":"campaign","name":"keep me","revoked":true})"), "keep me", "/revoked: "},
      {source(
           R"({"type":"campaign","name":"keep me","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]})"),
       "keep me", "/object_marking_refs/0: "},
  };
  for (const auto& each : all) {
    const auto reply = post_as(As::water_member, "/threats/new", each.fields);
    EXPECT_EQ(reply.status, 422) << each.said;
    EXPECT_THAT(reply.body, AllOf(HasSubstr(each.kept), HasSubstr(each.said)));
  }
  EXPECT_EQ(objects(), 0);
}

TEST_P(ThreatAuthor, EditAndTellOfAConflict) {
  const auto id = write(
      As::water_member,
      source(
          R"({"type":"campaign","name":"Spring","x_own":{"deep":[1,2]},"first_seen":"2020-01-01T00:00:00.000001Z"})"));
  const auto first = version(id);
  const auto old_bytes = document(As::water_member, id);
  const auto form = get_as(As::water_administrator, "/threats/" + id + "/edit", kHtml);
  ASSERT_EQ(form.status, 200);
  EXPECT_THAT(form.body, AllOf(HasSubstr("value=\"Spring\""), HasSubstr("x_own"), HasSubstr(first)));
  const Fields edit{
      {"type", "campaign"},
      {"view", "fields"},
      {"version", first},
      {"base",
       R"({"type":"campaign","name":"Spring","x_own":{"deep":[1,2]},"first_seen":"2020-01-01T00:00:00.000001Z"})"},
      {"f-name", "Neap"},
      {"f-first_seen", "2020-01-01T00:00:00.000001"},
      {"whom", "members"},
      {"tlp", "GREEN"},
      {"step", "save"}};
  clock_.advance(std::chrono::seconds{5});
  ASSERT_EQ(id_in(post_as(As::water_administrator, "/threats/" + id + "/edit", edit)), id);
  EXPECT_THAT(document(As::power_member, id),
              AllOf(HasSubstr("\"Neap\""), HasSubstr(R"("x_own":{"deep":[1,2]})"), HasSubstr("00:00:00.000001Z"),
                    HasSubstr(json::string_at(json::parse(old_bytes).value().root(), "created"))))
      << "what the form does not show stays";
  // Somebody else had the form open.
  const auto late = post_as(As::water_member, "/threats/" + id + "/edit", with(edit, "f-name", "My own tide"));
  EXPECT_EQ(late.status, 422);
  EXPECT_THAT(late.body, AllOf(HasSubstr("meanwhile"), HasSubstr("My own tide"),
                               HasSubstr("name=\"version\" value=\"" + version(id) + "\"")));
  ASSERT_EQ(post_as(As::water_member, "/threats/" + id + "/edit",
                    with(with(edit, "f-name", "My own tide"), "version", version(id)))
                .status,
            303);
  catch_up();
  EXPECT_THAT(document(As::power_member, id), HasSubstr("My own tide"));
  const auto kept = database()
                        .read([&](store::Connection& connection) {
                          return connection.first(
                              store::Sql{"SELECT d.bytes FROM revision_document d JOIN revision v ON v.id = "
                                         "d.revision_id JOIN record r ON r.id = v.record_id WHERE r.record_key = ? "
                                         "ORDER BY v.id LIMIT 1",
                                         id},
                              [](const store::Row& row) { return row.string(0); });
                        })
                        .value();
  EXPECT_EQ(kept, old_bytes) << "older versions stay byte for byte";
}

TEST_P(ThreatAuthor, RefuseThoseWhoMayNot) {
  EXPECT_EQ(get("/threats/new", kHtml).status, 303) << "visitors sign in first";
  EXPECT_EQ(get_as(As::auditor, "/threats/new", kHtml).status, 403);
  EXPECT_EQ(post_as(As::auditor, "/threats/new", campaign()).status, 403);
  EXPECT_EQ(post_bare(As::water_member, "/threats/new", campaign()).status, 403) << "no form token";
  EXPECT_EQ(get_as(As::water_member, "/threats/new?type=report", kHtml).status, 400);
  const auto id = write(As::water_member, campaign());
  const auto hidden = write(As::water_member, with(campaign(), "whom", "cert"));
  const std::string absent = "campaign--0b2f8c1e-93d7-4a55-8a6e-3d1c2b4a5f60";
  const auto tries = [&](As who, const std::string& of) {
    return std::vector<int>{get_as(who, "/threats/" + of + "/edit", kHtml).status,
                            post_as(who, "/threats/" + of + "/edit", with(campaign(), "version", version(id))).status,
                            get_as(who, "/threats/" + of + "/revoke", kHtml).status,
                            post_as(who, "/threats/" + of + "/revoke", {{"reason", "spite"}}).status,
                            send(who, "PUT", "/api/v1/threats/" + of, "{}", "If-Match: \"*\"\r\n").status,
                            send(who, "POST", "/api/v1/threats/" + of + "/revocation", R"({"reason":"spite"})").status};
  };
  EXPECT_EQ(tries(As::power_member, id), std::vector<int>(6, 403)) << "another organisation's";
  EXPECT_EQ(tries(As::power_member, hidden), std::vector<int>(6, 404));
  EXPECT_EQ(tries(As::power_member, absent), std::vector<int>(6, 404)) << "hidden and absent answer the same";
  EXPECT_EQ(tries(As::coordinator, id), std::vector<int>(6, 403)) << "nor the CERT's";
  const auto related = [&](const std::string& target) {
    auto typed = campaign();
    typed.emplace_back("rel_verb", "related-to");
    typed.emplace_back("rel_target", target);
    auto body = post_as(As::power_member, "/threats/new", typed).body;
    // But for what was typed, and the token.
    for (auto at = body.find(target); at != std::string::npos; at = body.find(target)) body.erase(at, target.size());
    return body.substr(body.find("<main"), body.find("name=\"csrf\"") - body.find("<main"));
  };
  EXPECT_EQ(related(hidden), related(absent));
}

TEST_P(ThreatAuthor, AreWrittenByPrograms) {
  const std::string asked =
      R"("tlp":"GREEN","audience":"members","object":{"type":"malware","name":"Silt","is_family":true})";
  const auto preview = send(As::water_member, "POST", "/api/v1/threats", "{" + asked + R"(,"preview":true})");
  EXPECT_EQ(preview.status, 200);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("\"id\":null"), HasSubstr("\"problems\":[]")));
  EXPECT_EQ(objects(), 0);
  const auto made = send(As::water_member, "POST", "/api/v1/threats", "{" + asked + "}");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto id = std::string{json::string_at(json::parse(made.body).value().root(), "id")};
  EXPECT_EQ(header(made, "Location"), "/api/v1/threats/" + id);
  catch_up();
  const auto tag = header(made, "ETag");
  EXPECT_EQ(tag, "\"" + version(id) + "\"");
  const std::string changed =
      R"({"tlp":"GREEN","audience":"members","relationships":[{"type":"related-to","target":"TARGET"}],)"
      R"("object":{"type":"malware","name":"Sand","is_family":true}})";
  const auto path = "/api/v1/threats/" + id;
  EXPECT_EQ(send(As::water_member, "PUT", path, changed).status, 428);
  EXPECT_EQ(send(As::water_member, "PUT", path, changed, "If-Match: \"2001-01-01T00:00:00.000Z\"\r\n").status, 412);
  const auto no_target = send(As::water_member, "PUT", path, changed, "If-Match: " + tag + "\r\n");
  EXPECT_EQ(no_target.status, 400);
  EXPECT_THAT(no_target.body, HasSubstr("/relationships/0/target"));
  auto good = changed;
  good.replace(good.find(R"({"type":"related-to","target":"TARGET"})"), 39, "");
  clock_.advance(std::chrono::seconds{5});
  ASSERT_EQ(send(As::water_member, "PUT", path, good, "If-Match: " + tag + "\r\n").status, 200);
  const auto bad =
      send(As::water_member, "POST", "/api/v1/threats",
           R"({"tlp":"GREEN","audience":"members","object":{"type":"malware","name":1,"is_family":true}})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr("/object/name"));
  EXPECT_EQ(send(As::water_member, "POST", path + "/revocation", "{}").status, 400) << "say why";
  EXPECT_EQ(send(As::water_member, "POST", path + "/revocation", R"({"reason":"wrong"})").status, 204);
  catch_up();
  EXPECT_THAT(document(As::power_member, id), HasSubstr("\"revoked\":true"));
  EXPECT_EQ(get_as(As::water_member, "/threats/" + id + "/edit", kHtml).status, 409);
}

TEST_P(ThreatAuthor, AreRevokedInTheBrowser) {
  const auto id = write(As::water_member, campaign());
  EXPECT_THAT(get_as(As::water_member, "/threats/" + id + "/revoke", kHtml).body, HasSubstr("name=\"reason\""));
  EXPECT_EQ(post_as(As::water_member, "/threats/" + id + "/revoke", {{"reason", ""}}).status, 422);
  ASSERT_EQ(post_as(As::water_member, "/threats/" + id + "/revoke", {{"reason", "the tide"}}).status, 303);
  catch_up();
  EXPECT_THAT(get_as(As::power_member, "/threats/" + id, kHtml).body, HasSubstr("tag-refused"));
}

}  // namespace
}  // namespace tocsin::portal
