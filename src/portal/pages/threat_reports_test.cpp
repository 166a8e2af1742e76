#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/audit/view.hpp"
#include "engine/taxii/feed.hpp"
#include "formats/stix/validate.hpp"
#include "portal/members_fixture.hpp"

/// Sharing what we saw: the form and its review, the API, what others see of it, and who may not.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";

class ThreatReports : public testing::MemberPortalTest {
 protected:
  std::vector<Field> fields(std::string_view step = "") {
    return {{"title", "Odd traffic <b>"},
            {"text", "It came **at night** from 45[.]66[.]77[.]99."},
            {"first_seen", "2020-02-01T10:00"},
            {"last_seen", ""},
            {"sectors", "water"},
            {"countries", "DE"},
            {"indicators", "hxxp://evil[.]pump-update[.]net/a\r\n10.0.0.7\r\nnonsense here"},
            {"cves", "CVE-2024-12345"},
            {"techniques", "T0883"},
            {"tlp", "GREEN"},
            {"whom", "members"},
            {"embargo", ""},
            {"attribution", "named"},
            {"step", std::string{step}}};
  }
  static void set(std::vector<Field>& fields, std::string_view name, std::string value) {
    for (auto& [field, old] : fields) {
      if (field == name) old = value;
    }
  }
  std::string header(const http::testing::Reply& reply, std::string_view name) {
    const auto at = reply.head.find(std::string{name} + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 2;
    return reply.head.substr(begin, reply.head.find('\r', begin) - begin);
  }
  /// Its STIX id.
  std::string share(As who, std::vector<Field> typed) {
    set(typed, "step", "save");
    const auto reply = post_as(who, "/threats/share", std::move(typed));
    EXPECT_EQ(reply.status, 303) << reply.body;
    const auto location = header(reply, "Location");
    EXPECT_THAT(location, HasSubstr("?notice=shared"));
    catch_up();
    constexpr std::string_view kBase = "/threats/shared/";
    return location.substr(kBase.size(), location.find('?') - kBase.size());
  }
  void catch_up() {
    ASSERT_TRUE(app().watch());
    ASSERT_TRUE(engine::taxii::feed_all(database(), Timestamp{clock_.now().micros + 10'000'000}));
  }
  http::testing::Reply send(As who, std::string_view method, std::string_view target, std::string_view body,
                            bool with_csrf = true) {
    http::testing::Client client{running().port()};
    client.send(std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: portal.example\r\n" +
                cookie(who) + (with_csrf ? "X-CSRF-Token: " + csrf(who) + "\r\n" : "") +
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                std::string{body});
    return client.read();
  }
  /// A file, sent by the form that is for it.
  http::testing::Reply send_file(As who, std::string_view name, std::string_view bytes, bool with_csrf = true) {
    std::string body;
    if (with_csrf) body += "--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + csrf(who) + "\r\n";
    body += fmt::format("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\r\n{}\r\n--B--\r\n",
                        name, bytes);
    http::testing::Client client{running().port()};
    client.send("POST /threats/share/file HTTP/1.1\r\nHost: portal.example\r\n" + cookie(who) +
                "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    return client.read();
  }
  std::string member_of(std::string_view body, std::string_view object, std::string_view name) {
    const auto parsed = json::parse(body);
    if (!parsed) return "no JSON";
    const auto* found = object.empty() ? &parsed->root() : json::find(parsed->root(), object);
    return found == nullptr ? "" : std::string{json::string_at(*found, name)};
  }
};
TOCSIN_ON_BOTH_DATABASES(ThreatReports);

TEST_P(ThreatReports, AreReviewedBeforeTheyAreShared) {
  const auto form = get_as(As::water_member, "/threats/share", kHtml);
  EXPECT_EQ(form.status, 200);
  EXPECT_THAT(form.body,
              AllOf(HasSubstr("name=\"indicators\""), HasSubstr("Power plant"), Not(HasSubstr("Water works</label"))));
  const auto review = post_as(As::water_member, "/threats/share", fields());
  ASSERT_EQ(review.status, 200) << review.body;
  EXPECT_THAT(review.body, AllOf(HasSubstr("http://evil.pump-update.net/a"), HasSubstr("Odd traffic &lt;b&gt;"),
                                 HasSubstr("name=\"keep\" value=\"10.0.0.7\""), HasSubstr("nonsense here"),
                                 HasSubstr("name=\"also\" value=\"45.66.77.99\""), HasSubstr("Every member")));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM record WHERE kind = ?", domain::RecordKind::stix_object}), 0)
      << "a look stores nothing";
  const auto again = post_as(As::water_member, "/threats/share", fields("edit"));
  EXPECT_EQ(again.status, 200);
  EXPECT_THAT(again.body, AllOf(HasSubstr("nonsense here"), HasSubstr("hxxp://evil")));
}

constexpr std::string_view kBait =
    "From: Boss <boss@pump-bills.net>\r\nSubject: Bill <b>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
    "Pay at http://pay.pump-bills.net/a because of CVE-2024-12345\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<a href=\"http://login.pump-bills.net/b\">your bank</a>\r\n"
    "--b\r\nContent-Type: application/zip; name=\"<i>bill.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEs=\r\n"
    "--b--\r\n";

TEST_P(ThreatReports, AreFilledInFromAFile) {
  const auto reply = send_file(As::water_member, "bill.eml", kBait);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body,
              AllOf(HasSubstr("value=\"Bill &lt;b&gt;\""), HasSubstr("hxxp://pay[.]pump-bills[.]net/a because"),
                    HasSubstr("http://login.pump-bills.net/b\n"), HasSubstr("&lt;i&gt;bill.zip"),
                    HasSubstr("header From"), HasSubstr("not taken over"), HasSubstr("CVE-2024-12345\n</textarea>"),
                    Not(HasSubstr("boss@pump-bills.net\n")), Not(HasSubstr("<i>bill"))));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM record WHERE kind = ?", domain::RecordKind::stix_object}), 0);
  const std::string_view no_text{"PK\x03\x04\0\0", 6};
  EXPECT_EQ(send_file(As::water_member, "a.docx", no_text).status, 422);
  EXPECT_EQ(send_file(As::water_member, "", "").status, 422);
  EXPECT_EQ(send_file(As::water_member, "a.pdf", "%PDF-1.7").status, 422) << "tests start no reader";
  EXPECT_EQ(send_file(As::water_member, "bill.eml", kBait, false).status, 403) << "no form token";
  EXPECT_EQ(send_file(As::auditor, "bill.eml", kBait).status, 403);
}

TEST_P(ThreatReports, ProgramsAreToldWhatIsInAFile) {
  const std::string door = "/api/v1/threats/extraction";
  const auto found = send(As::water_member, "POST", door, kBait);
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_THAT(found.body,
              AllOf(HasSubstr(R"("format":"mail")"), HasSubstr(R"("value":"http://login.pump-bills.net/b")"),
                    HasSubstr(R"("reserve":"header")"), HasSubstr(R"("bytes":2)")));
  EXPECT_THAT(send(As::water_member, "POST", door + "?format=text", kBait).body, HasSubstr(R"("format":"text")"));
  EXPECT_EQ(send(As::water_member, "POST", door + "?format=docx", kBait).status, 400);
  EXPECT_EQ(send(As::water_member, "POST", door + "?nothing=1", kBait).status, 400);
  EXPECT_EQ(send(As::water_member, "POST", door, "").status, 400);
  EXPECT_EQ(send(As::water_member, "POST", door, kBait, false).status, 403);
  EXPECT_EQ(send(As::auditor, "POST", door, kBait).status, 403);
}

TEST_P(ThreatReports, AreSharedAsReviewed) {
  auto typed = fields();
  typed.emplace_back("also", "45.66.77.99");
  const auto id = share(As::water_member, typed);
  const auto page = get_as(As::power_member, "/threats/" + id, kHtml).body;
  EXPECT_THAT(page, AllOf(HasSubstr("Odd traffic &lt;b&gt;"), HasSubstr("Shared by Water works."),
                          HasSubstr("http://evil.pump-update.net/a"), HasSubstr("45.66.77.99"),
                          Not(HasSubstr("10.0.0.7")), HasSubstr("We saw this too")));
  EXPECT_EQ(get("/threats/" + id, kHtml).status, 404);
  const auto bundle = get_as(As::power_member, "/api/v1/threats/" + id + "/bundle");
  ASSERT_EQ(bundle.status, 200);
  EXPECT_THAT(bundle.body, AllOf(HasSubstr("\"name\":\"Water works\""), HasSubstr("\"url--"), HasSubstr("TLP:GREEN")));
  formats::stix::Validator validator;
  for (const auto& each : validator.validate(bundle.body).findings) {
    ADD_FAILURE() << each.test << " " << each.path << " " << each.message;
  }
  const auto own = get_as(As::water_member, "/threats/shared/" + id, kHtml);
  EXPECT_EQ(own.status, 200);
  EXPECT_THAT(own.body, AllOf(HasSubstr("Change it"), HasSubstr("Revoke it")));
  EXPECT_THAT(get_as(As::water_member, "/threats/shared", kHtml).body, HasSubstr(id));
  EXPECT_EQ(get_as(As::power_member, "/threats/shared/" + id, kHtml).status, 404);
  EXPECT_THAT(get_as(As::power_member, "/threats/shared", kHtml).body, Not(HasSubstr(id)));
}

TEST_P(ThreatReports, SayWhatIsWrong) {
  for (const auto& [name, value] : {std::pair{"title", ""},
                                    {"text", ""},
                                    {"first_seen", "soon"},
                                    {"countries", "Narnia"},
                                    {"tlp", "RED"},
                                    {"whom", ""},
                                    {"whom", "listed"},
                                    {"whom", "sector"},
                                    {"attribution", ""},
                                    {"embargo", "2001-01-01T00:00"}}) {
    auto typed = fields("save");
    set(typed, name, value);
    const auto reply = post_as(As::water_member, "/threats/share", typed);
    EXPECT_EQ(reply.status, 422) << name;
    EXPECT_THAT(reply.body, HasSubstr("hxxp://evil")) << name << ": what was typed stays";
  }
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM record WHERE kind = ?", domain::RecordKind::stix_object}), 0);
}

TEST_P(ThreatReports, AreRefusedToThoseWhoMayNot) {
  EXPECT_EQ(get("/threats/share", kHtml).status, 303) << "visitors sign in first";
  EXPECT_EQ(get_as(As::auditor, "/threats/share", kHtml).status, 403);
  EXPECT_EQ(post_as(As::auditor, "/threats/share", fields("save")).status, 403);
  EXPECT_EQ(post_bare(As::water_member, "/threats/share", fields("save")).status, 403) << "no form token";
  EXPECT_EQ(send(As::water_member, "POST", "/api/v1/threats/reports", "{}", false).status, 403);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM record WHERE kind = ?", domain::RecordKind::stix_object}), 0);
  const auto id = share(As::water_member, fields());
  const auto foreign = [&](As who, int expected) {
    EXPECT_EQ(get_as(who, "/threats/shared/" + id + "/edit", kHtml).status, expected);
    EXPECT_EQ(post_as(who, "/threats/shared/" + id + "/edit", fields("save")).status, expected);
    EXPECT_EQ(post_as(who, "/threats/shared/" + id + "/revoke", {}).status, expected);
    EXPECT_EQ(send(who, "POST", "/api/v1/threats/reports/" + id + "/revocation", "{}").status, expected);
  };
  foreign(As::power_member, 404);
  foreign(As::coordinator, 404);
  EXPECT_EQ(post_as(As::water_member, "/threats/" + id + "/seen", {{"seen", "named"}}).status, 403)
      << "it is their own";
  EXPECT_EQ(post_bare(As::power_member, "/threats/" + id + "/seen", {{"seen", "named"}}).status, 403);
  EXPECT_EQ(post_as(As::power_member, "/threats/" + id + "/seen", {{"seen", "twice"}}).status, 400);
}

TEST_P(ThreatReports, AreChangedAndRevoked) {
  const auto id = share(As::water_member, fields());
  const auto form = get_as(As::water_member, "/threats/shared/" + id + "/edit", kHtml);
  EXPECT_THAT(form.body, AllOf(HasSubstr("hxxp://evil"), Not(HasSubstr("name=\"attribution\""))));
  auto typed = fields("save");
  std::erase_if(typed, [](const Field& each) { return each.first == "attribution"; });
  set(typed, "title", "Odder traffic");
  ASSERT_EQ(post_as(As::water_administrator, "/threats/shared/" + id + "/edit", typed).status, 303);
  catch_up();
  EXPECT_THAT(get_as(As::power_member, "/threats/" + id, kHtml).body, HasSubstr("Odder traffic"));
  ASSERT_EQ(post_as(As::water_member, "/threats/shared/" + id + "/revoke", {}).status, 303);
  catch_up();
  EXPECT_THAT(get_as(As::power_member, "/threats/" + id, kHtml).body, HasSubstr("tag-refused"));
  EXPECT_EQ(get_as(As::water_member, "/threats/shared/" + id + "/edit", kHtml).status, 403);
}

TEST_P(ThreatReports, AreSeenTooAndSoTold) {
  const auto id = share(As::water_member, fields());
  ASSERT_EQ(post_as(As::power_member, "/threats/" + id + "/seen", {{"seen", "named"}}).status, 303);
  ASSERT_EQ(post_as(As::power_member, "/threats/" + id + "/read", {{"read", "yes"}}).status, 303);
  EXPECT_THAT(get_as(As::power_member, "/threats/" + id, kHtml).body, HasSubstr("Take that back"));
  EXPECT_THAT(get_as(As::water_member, "/threats/shared/" + id, kHtml).body,
              AllOf(HasSubstr("Power plant"), HasSubstr("1 organisation saw it too."),
                    HasSubstr("1 other organisation marked it as read.")));
  ASSERT_EQ(post_as(As::power_member, "/threats/" + id + "/seen", {{"seen", "withdraw"}}).status, 303);
  EXPECT_THAT(get_as(As::water_member, "/threats/shared/" + id, kHtml).body, Not(HasSubstr("Power plant")));
}

TEST_P(ThreatReports, SightingsTellHowOftenWhenAndARemark) {
  const auto id = share(As::water_member, fields());
  const auto page = get_as(As::power_member, "/threats/" + id, kHtml).body;
  EXPECT_THAT(page, AllOf(HasSubstr("<label for=\"seen-count\">"), HasSubstr("<label for=\"seen-remark\">"),
                          HasSubstr("<details class=\"field\""), HasSubstr("value=\"anonymous\">")));
  ASSERT_EQ(post_as(As::power_member, "/threats/" + id + "/seen",
                    {{"seen", "anonymous"},
                     {"count", "1234"},
                     {"first_seen", "2020-01-01T10:00"},
                     {"last_seen", "2020-01-02"},
                     {"remark", "<script>alert(1)</script>\r\ntwice"}})
                .status,
            303);
  catch_up();
  for (const auto& [who, url] : {std::pair{As::water_member, "/threats/shared/" + id},
                                 {As::water_administrator, "/threats/shared/" + id},
                                 {As::power_member, "/threats/" + id}}) {
    const auto body = get_as(who, url, kHtml).body;
    EXPECT_THAT(body, AllOf(HasSubstr("1,234"), HasSubstr("&lt;script&gt;alert(1)"), Not(HasSubstr("<script>alert"))))
        << url;
  }
  EXPECT_THAT(get_as(As::water_member, "/threats/shared/" + id, kHtml).body,
              AllOf(HasSubstr("An organisation that is not named"), Not(HasSubstr("Power plant"))));
  EXPECT_THAT(get_as(As::analyst, "/threats/" + id, kHtml).body, Not(HasSubstr("alert(1)"))) << "it is not for them";
  const auto told = get_as(As::water_member, "/api/v1/threats/reports/" + id).body;
  EXPECT_THAT(told, AllOf(HasSubstr(R"("organisation":null)"), HasSubstr(R"("count":1234)"),
                          HasSubstr(R"("last_seen":"2020-01-02T00:00:00Z")"), Not(HasSubstr("Power plant"))));
}

TEST_P(ThreatReports, SightingsSayWhatIsWrongAndKeepWhatWasTyped) {
  const auto id = share(As::water_member, fields());
  for (const auto& [name, value] : {std::pair{"count", "0"},
                                    {"count", "1000000000"},
                                    {"count", "a \"<few>"},
                                    {"first_seen", "soon"},
                                    {"first_seen", "2999-01-01"},
                                    {"last_seen", "2019-12-31"}}) {
    std::vector<Field> typed{{"seen", "named"},
                             {"count", "7"},
                             {"first_seen", "2020-01-01"},
                             {"last_seen", ""},
                             {"remark", "At <two> gates"}};
    set(typed, name, value);
    const auto reply = post_as(As::power_member, "/threats/" + id + "/seen", typed);
    EXPECT_EQ(reply.status, 422) << name << value;
    EXPECT_THAT(reply.body,
                AllOf(HasSubstr("At &lt;two&gt; gates</textarea>"), HasSubstr("<details class=\"field\" open"),
                      HasSubstr(fmt::format("id=\"seen-{}-error\"", name)), Not(HasSubstr("<few>"))))
        << name << value;
    const auto as_json = fmt::format(R"({{"{}":{}}})", name, std::string_view{name} == "count" ? "0" : "\"soon\"");
    const auto refused = send(As::power_member, "PUT", "/api/v1/threats/" + id + "/sighting", as_json);
    EXPECT_EQ(refused.status, 400) << as_json;
    EXPECT_THAT(refused.body, HasSubstr(fmt::format("/{}", name)));
  }
  EXPECT_EQ(send(As::power_member, "PUT", "/api/v1/threats/" + id + "/sighting", R"({"count":"7"})").status, 400);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM shared_sighting"}), 0);
  EXPECT_EQ(send(As::power_member, "PUT", "/api/v1/threats/" + id + "/sighting",
                 R"({"count":7,"first_seen":"2020-01-01T00:00:00+01:00","last_seen":null,"remark":"Two."})")
                .status,
            204);
}

TEST_P(ThreatReports, WhoSharedItIsThanked) {
  const auto id = share(As::water_member, fields());
  const auto url = "/threats/" + id;
  EXPECT_THAT(get_as(As::power_member, url, kHtml).body, HasSubstr("Thank who shared it"));
  EXPECT_THAT(get_as(As::water_member, url, kHtml).body, Not(HasSubstr("Thank who shared it")));
  EXPECT_THAT(get_as(As::auditor, url, kHtml).body, Not(HasSubstr("Thank who shared it")));
  EXPECT_EQ(post_as(As::water_member, url + "/thanks", {}).status, 403) << "it is their own";
  EXPECT_EQ(post_as(As::auditor, url + "/thanks", {}).status, 403);
  EXPECT_EQ(post_bare(As::power_member, url + "/thanks", {}).status, 403) << "no form token";
  EXPECT_EQ(post_as(As::power_member, "/threats/report--00000000-0000-4000-8000-000000000000/thanks", {}).status, 404);
  ASSERT_EQ(post_as(As::power_member, url + "/thanks", {}).status, 303);
  ASSERT_EQ(post_as(As::power_member, url + "/thanks", {}).status, 303) << "again changes nothing";
  EXPECT_EQ(send(As::power_member, "PUT", "/api/v1" + url + "/thanks", "").status, 204);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM shared_thanks"}), 1);
  EXPECT_THAT(get_as(As::power_member, url, kHtml).body, HasSubstr("Your organisation thanked who shared this."));
  EXPECT_THAT(get_as(As::water_member, "/threats/shared/" + id, kHtml).body,
              AllOf(HasSubstr("1 organisation said thanks."), HasSubstr("Power plant")));
  EXPECT_THAT(get_as(As::water_member, "/api/v1/threats/reports/" + id).body,
              HasSubstr(R"("organisations_that_thanked":1,"thanked_by":["Power plant"])"));
  EXPECT_EQ(post_as(As::power_member, url + "/thanks", {{"thanks", "twice"}}).status, 400);
  EXPECT_EQ(post_as(As::auditor, url + "/thanks", {{"thanks", "withdraw"}}).status, 403);
  EXPECT_EQ(post_as(As::water_member, url + "/thanks", {{"thanks", "withdraw"}}).status, 303) << "they have said none";
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM shared_thanks"}), 1);
  ASSERT_EQ(post_as(As::power_member, url + "/thanks", {{"thanks", "withdraw"}}).status, 303);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM shared_thanks"}), 0);
  EXPECT_THAT(get_as(As::power_member, url, kHtml).body, HasSubstr("Thank who shared it"));
  EXPECT_THAT(get_as(As::water_member, "/threats/shared/" + id, kHtml).body, Not(HasSubstr("said thanks")));
  ASSERT_EQ(send(As::power_member, "PUT", "/api/v1" + url + "/thanks", "").status, 204);
  EXPECT_EQ(send(As::power_member, "DELETE", "/api/v1" + url + "/thanks", "").status, 204);
  EXPECT_EQ(send(As::power_member, "DELETE", "/api/v1" + url + "/thanks", "").status, 204) << "again changes nothing";
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM shared_thanks"}), 0);
}

TEST_P(ThreatReports, AnonymousOnesTellNobodyElseWhose) {
  auto typed = fields();
  set(typed, "attribution", "anonymous");
  const auto id = share(As::water_member, typed);
  const auto uuid = database()
                        .read([&](store::Connection& connection) {
                          return connection.first(store::Sql{"SELECT uuid FROM organisation WHERE id = ?", water_},
                                                  [](const store::Row& row) { return row.string(0); });
                        })
                        .value()
                        .value();
  ASSERT_EQ(post_as(As::power_member, "/threats/" + id + "/seen", {{"seen", "named"}}).status, 303);
  catch_up();
  std::vector<std::string> targets{"/threats",
                                   "/threats?type=identity",
                                   "/threats?type=sighting",
                                   "/threats?q=water",
                                   "/api/v1/threats?limit=200",
                                   "/taxii2/default/collections/all/objects/",
                                   "/taxii2/default/collections/all/manifest/",
                                   "/threats/" + id,
                                   "/api/v1/threats/" + id,
                                   "/api/v1/threats/" + id + "/document",
                                   "/api/v1/threats/" + id + "/bundle",
                                   "/threats/" + id + "/comments",
                                   "/threats/" + id + "/sharing",
                                   "/api/v1/threats/" + id + "/sharing",
                                   "/feeds/advisories.atom",
                                   "/audit?limit=200",
                                   "/api/v1/audit?limit=200",
                                   "/api/v1/audit/export",
                                   "/"};
  const auto objects = database()
                           .read([](store::Connection& connection) {
                             return connection.all(store::Sql{"SELECT stix_id FROM stix_object ORDER BY stix_id"},
                                                   [](const store::Row& row) { return row.string(0); });
                           })
                           .value();
  for (const auto& each : objects) {
    targets.push_back("/threats/" + each);
    targets.push_back("/api/v1/threats/" + each);
  }
  const std::string member = people_.at(As::water_member).value > 0 ? "will@water.example" : "";
  for (const auto who : {As::visitor, As::power_member, As::analyst, As::administrator, As::auditor}) {
    for (const auto& target : targets) {
      for (const auto* accept : {"Accept: text/html\r\n", "Accept: application/json\r\n"}) {
        const auto reply = get_as(who, target, accept);
        // The log has who was invited, and who signed in; only of the report nothing.
        if (target.find("audit") != std::string::npos) {
          const auto at = reply.body.find("report.share");
          if (at == std::string::npos) continue;
          const auto around = reply.body.substr(at > 600 ? at - 600 : 0, 1'200);
          EXPECT_THAT(around, Not(HasSubstr(member))) << target;
          continue;
        }
        if (target.ends_with("/sharing")) {
          // Who sees it is every member, each by its name; none of them as the one who gave it.
          EXPECT_THAT(reply.body, Not(HasSubstr("belongs to Water works"))) << target;
          continue;
        }
        EXPECT_THAT(reply.body, AllOf(Not(HasSubstr("Water works")), Not(HasSubstr(uuid)), Not(HasSubstr("Will Weir"))))
            << target;
      }
    }
  }
  EXPECT_THAT(get_as(As::power_member, "/threats/" + id, kHtml).body,
              HasSubstr("Shared by a member that is not named."));
  EXPECT_THAT(get_as(As::coordinator, "/threats/" + id, kHtml).body, HasSubstr("Shared anonymously by Water works"));
  EXPECT_THAT(get_as(As::water_member, "/threats/shared/" + id, kHtml).body, HasSubstr("Power plant"));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM audit WHERE action = 'report.share' AND person_id IS NOT NULL"}),
            0);
}

TEST_P(ThreatReports, ProgramsShareThemToo) {
  constexpr std::string_view kBody =
      R"({"title":"From a program","text":"It saw this.","indicators":["45[.]66[.]77[.]88"],"cves":["CVE-2024-12345"],)"
      R"("sectors":["energy"],"tlp":"AMBER","audience":"members","anonymous":false)";
  const auto with = [&](std::string_view more) { return std::string{kBody} + std::string{more} + "}"; };
  const auto preview = send(As::power_member, "POST", "/api/v1/threats/reports", with(R"(,"preview":true)"));
  EXPECT_EQ(preview.status, 200) << preview.body;
  EXPECT_THAT(preview.body, AllOf(HasSubstr(R"("value":"45.66.77.88")"), HasSubstr(R"("report":null)")));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM record WHERE kind = ?", domain::RecordKind::stix_object}), 0);
  const auto made = send(As::power_member, "POST", "/api/v1/threats/reports", with(""));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto id = member_of(made.body, "report", "id");
  EXPECT_EQ(header(made, "Location"), "/api/v1/threats/reports/" + id);
  for (const auto* bad : {R"({"title":"x"})", R"({"nothing":1})", "[]", "{"}) {
    EXPECT_EQ(send(As::power_member, "POST", "/api/v1/threats/reports", bad).status, 400) << bad;
  }
  const auto doubtful =
      R"({"title":"Doubtful","text":"It.","indicators":["10.0.0.1"],"tlp":"AMBER","audience":"members")";
  EXPECT_EQ(send(As::power_member, "POST", "/api/v1/threats/reports", std::string{doubtful} + "}").status, 400);
  EXPECT_EQ(
      send(As::power_member, "POST", "/api/v1/threats/reports", std::string{doubtful} + R"(,"keep":["10.0.0.1"]})")
          .status,
      201);
  const auto changed = send(As::power_member, "PUT", "/api/v1/threats/reports/" + id,
                            R"({"title":"Changed","text":"It saw more.","tlp":"GREEN","audience":"members"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(member_of(changed.body, "", "title"), "Changed");
  catch_up();
  EXPECT_EQ(send(As::water_member, "PUT", "/api/v1/threats/" + id + "/sighting", R"({"anonymous":true})").status, 204);
  EXPECT_EQ(send(As::water_member, "PUT", "/api/v1/threats/" + id + "/sighting", "{}").status, 409);
  EXPECT_THAT(get_as(As::power_member, "/api/v1/threats/reports/" + id).body,
              AllOf(HasSubstr(R"("organisation":null)"), HasSubstr(R"("organisations_that_saw_it":1)")));
  EXPECT_EQ(send(As::water_member, "DELETE", "/api/v1/threats/" + id + "/sighting", "").status, 204);
  EXPECT_EQ(send(As::power_member, "POST", "/api/v1/threats/reports/" + id + "/revocation", "{}").status, 204);
}

TEST_P(ThreatReports, ObjectsAreCommentedSharedAndRemovedAsAdvisoriesAre) {
  auto typed = fields();
  set(typed, "attribution", "anonymous");
  const auto id = share(As::water_member, typed);
  const auto url = "/threats/" + id;
  ASSERT_EQ(post_as(As::power_member, url + "/comments", {{"text", "We look as well"}, {"for", "organisation"}}).status,
            303);
  EXPECT_THAT(get_as(As::power_member, url, kHtml).body, HasSubstr("We look as well"));
  EXPECT_THAT(get_as(As::coordinator, url, kHtml).body, Not(HasSubstr("We look as well")));
  EXPECT_EQ(get(url + "/comments", kHtml).status, 303);
  // It is the CERT's: its coordinators say whom it is for, never wider than the object says.
  EXPECT_EQ(get_as(As::power_member, url + "/sharing", kHtml).status, 404);
  EXPECT_EQ(get_as(As::coordinator, url + "/sharing", kHtml).status, 200);
  const auto wider = send(As::coordinator, "POST", "/api/v1" + url + "/sharing", R"({"tlp":"CLEAR","preview":true})");
  EXPECT_EQ(wider.status, 400) << wider.body;
  const auto narrower = send(As::coordinator, "POST", "/api/v1" + url + "/sharing", R"({"audience":"owner_only"})");
  EXPECT_EQ(narrower.status, 200) << narrower.body;
  catch_up();
  EXPECT_EQ(get_as(As::power_member, url, kHtml).status, 404);
  EXPECT_EQ(get_as(As::analyst, url + "/remove", kHtml).status, 403);
  EXPECT_EQ(post_as(As::power_member, url + "/remove", {{"reason", "x"}, {"understood", "yes"}}).status, 403);
  ASSERT_EQ(post_as(As::coordinator, url + "/remove", {{"reason", "Test"}, {"understood", "yes"}}).status, 303);
  catch_up();
  EXPECT_EQ(get_as(As::coordinator, url, kHtml).status, 404);
  EXPECT_EQ(get_as(As::water_member, "/threats/shared/" + id, kHtml).status, 404);
}

}  // namespace
}  // namespace tocsin::portal
