#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/taxii/feed.hpp"
#include "portal/members_fixture.hpp"

/// Importing files of threat knowledge by page and API, and who may not.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";
constexpr std::string_view kPath = "/threats/import";
constexpr std::string_view kApi = "/api/v1/threats/import?name=a.json&tlp=AMBER&audience=members";

std::string id_of(int number) { return fmt::format("tool--00000000-0000-4000-8000-{:012}", number); }
std::string tool(int number, std::string_view name, int day = 1) {
  return fmt::format(
      R"({{"type":"tool","spec_version":"2.1","id":"{}","created":"2020-01-01T00:00:00.000Z","modified":"2020-02-{:02}T00:00:00.000Z","name":"{}"}})",
      id_of(number), day, name);
}
std::string bundle(const std::vector<std::string>& objects) {
  return fmt::format(R"({{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[{}]}})",
                     fmt::join(objects, ","));
}

class ThreatImportPages : public testing::MemberPortalTest {
 protected:
  http::testing::Reply upload(As who, std::string_view file, std::string_view name = "a.json", bool with_csrf = true) {
    std::string body;
    const auto part = [&](std::string_view head, std::string_view content) {
      body += "--BOUNDARY\r\nContent-Disposition: form-data; " + std::string{head} + "\r\n\r\n" + std::string{content} +
              "\r\n";
    };
    if (with_csrf) part("name=\"csrf\"", csrf(who));
    part(fmt::format("name=\"file\"; filename=\"{}\"\r\nContent-Type: application/json", name), file);
    body += "--BOUNDARY--\r\n";
    http::testing::Client client{running().port()};
    client.send("POST " + std::string{kPath} + " HTTP/1.1\r\nHost: portal.example\r\n" + cookie(who) +
                "Content-Type: multipart/form-data; boundary=BOUNDARY\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read();
  }
  /// Where the file waits.
  std::string sent(As who, std::string_view file, std::string_view name = "a.json") {
    const auto reply = upload(who, file, name);
    EXPECT_EQ(reply.status, 303) << reply.body;
    return std::string{reply.header("location")};
  }
  static std::string digest_in(const http::testing::Reply& page) {
    constexpr std::string_view kDigest = "name=\"digest\" value=\"";
    const auto begin = page.body.find(kDigest);
    EXPECT_NE(begin, std::string::npos) << page.body;
    return begin == std::string::npos ? std::string{} : page.body.substr(begin + kDigest.size(), 32);
  }
  static std::vector<Field> choice(std::string_view action, std::string digest = {}, std::string_view whom = "members",
                                   std::string_view tlp = "AMBER") {
    std::vector<Field> fields{{"do", std::string{action}}, {"whom", std::string{whom}}, {"tlp", std::string{tlp}}};
    if (!digest.empty()) fields.emplace_back("digest", std::move(digest));
    return fields;
  }
  std::int64_t objects() {
    return number(store::Sql{"SELECT count(*) FROM record WHERE kind = ?", domain::RecordKind::stix_object});
  }
  void catch_up() {
    ASSERT_TRUE(app().watch());
    ASSERT_TRUE(engine::taxii::feed_all(database(), Timestamp{clock_.now().micros + 10'000'000}));
  }
};
TOCSIN_ON_BOTH_DATABASES(ThreatImportPages);

TEST_P(ThreatImportPages, AFileIsShownBeforeItIsImported) {
  EXPECT_THAT(get_as(As::water_member, "/threats", kHtml).body, HasSubstr("href=\"/threats/import\""));
  EXPECT_THAT(get_as(As::water_member, kPath, kHtml).body, HasSubstr("type=\"file\""));
  const auto before = objects();
  const auto at = sent(As::water_member, bundle({tool(1, "Rake <script>alert(1)</script>"), tool(2, "Hoe"), "{}"}));
  const auto shown = get_as(As::water_member, at, kHtml);
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_THAT(shown.body, AllOf(HasSubstr("Rake &lt;script&gt;"), Not(HasSubstr("<script>alert")),
                                HasSubstr("/objects/2"), HasSubstr("Import it now"), HasSubstr("Every member")));
  // For somebody else: shown anew, and what was shown before is not what would be done.
  const auto for_cert = post_as(As::water_member, at, choice("import", digest_in(shown), "cert"));
  EXPECT_EQ(for_cert.status, 422);
  EXPECT_THAT(for_cert.body, HasSubstr("look at it again"));
  // Never looked at: shown.
  EXPECT_THAT(post_as(As::water_member, at, choice("import")).body, HasSubstr("Import it now"));
  EXPECT_EQ(objects(), before) << "a look stores nothing";
  const auto chosen = post_as(As::water_member, at, choice("compare"));
  ASSERT_EQ(chosen.status, 200) << chosen.body;
  const auto done = post_as(As::water_member, at, choice("import", digest_in(chosen)));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_THAT(done.body, AllOf(HasSubstr("What became of it"), HasSubstr("href=\"/threats/" + id_of(2) + "\""),
                               HasSubstr("/objects/2"), Not(HasSubstr("<script>alert"))));
  EXPECT_EQ(objects(), before + 2);
  EXPECT_EQ(get_as(As::water_member, at, kHtml).status, 404) << "the file is gone";
  EXPECT_EQ(post_as(As::water_member, at, choice("import", digest_in(chosen))).status, 404) << "sent twice";
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM audit WHERE action = 'threat.import'"}), 1);
  catch_up();
  EXPECT_EQ(get_as(As::power_member, "/threats/" + id_of(2), kHtml).status, 200);
  EXPECT_EQ(get("/threats/" + id_of(2), kHtml).status, 404);
  // Again: there is nothing to be done but what is newer.
  const auto again = get_as(As::water_member, sent(As::water_member, bundle({tool(2, "Hoe")})), kHtml);
  EXPECT_THAT(again.body, AllOf(HasSubstr("Here already"), Not(HasSubstr("Import it now"))));
  const auto newer = get_as(As::water_member, sent(As::water_member, bundle({tool(2, "Mattock", 2)})), kHtml);
  EXPECT_THAT(newer.body, AllOf(HasSubstr("Newer version"), HasSubstr("<del>2020-02-01T00:00:00.000Z</del>"),
                                HasSubstr("Import it now")));
}

TEST_P(ThreatImportPages, AFileThatCannotBeTaken) {
  struct Case {
    std::string_view file;
    std::string_view says;
  };
  const Case cases[] = {{"", "Choose a file."},
                        {"Dear all,\nplease look.\n", "Is no kind of document"},
                        {R"({"type":"bundle","objects":[{"type":"tool")", "Error"},
                        {R"({"spdxVersion":"SPDX-2.3"})", "This is no threat knowledge"}};
  for (const auto& each : cases) {
    const auto reply = upload(As::water_member, each.file, "a.txt");
    EXPECT_EQ(reply.status, 422) << each.file;
    if (each.says != "Error") EXPECT_THAT(reply.body, HasSubstr(each.says));
  }
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM threat_upload"}), 0);
}

TEST_P(ThreatImportPages, WhoMayNot) {
  const auto at = sent(As::water_member, bundle({tool(1, "Rake")}));
  EXPECT_EQ(get_as(As::power_member, at, kHtml).status, 404) << "it waits for its sender";
  EXPECT_EQ(get_as(As::water_administrator, at, kHtml).status, 404);
  EXPECT_EQ(post_as(As::power_member, at, choice("compare")).status, 404);
  EXPECT_EQ(upload(As::water_member, bundle({tool(1, "Rake")}), "a.json", false).status, 403) << "without its token";
  EXPECT_EQ(get_as(As::auditor, kPath, kHtml).status, 403);
  EXPECT_EQ(upload(As::auditor, bundle({tool(1, "Rake")})).status, 403);
  EXPECT_NE(get(kPath, kHtml).status, 200);
  EXPECT_EQ(api(As::auditor, "POST", kApi, bundle({tool(1, "Rake")})).status, 403);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM record WHERE record_key = ?", id_of(1)}), 0);
  // One file waits for each sender.
  sent(As::water_member, bundle({tool(2, "Hoe")}));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM threat_upload"}), 1);
}

TEST_P(ThreatImportPages, ByTheApi) {
  const auto file = bundle({tool(1, "Rake"), "{}"});
  const auto read = [](const http::testing::Reply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body).value();
  };
  const auto before = objects();
  const auto seen = read(api(As::water_member, "POST", std::string{kApi} + "&preview=true", file));
  EXPECT_FALSE(seen.root().at("imported").as_bool());
  EXPECT_EQ(objects(), before);
  const std::string digest{json::string_at(seen.root(), "digest")};
  const auto other = std::string{kApi} + "&digest=";
  EXPECT_EQ(api(As::water_member, "POST", other + "0000", file).status, 409);
  const auto done = read(api(As::water_member, "POST", other + digest, file));
  EXPECT_TRUE(done.root().at("imported").as_bool());
  EXPECT_EQ(done.root().at("counts").at("created").as_int64(), 1);
  EXPECT_EQ(done.root().at("counts").at("refused").as_int64(), 1);
  const auto& objects_told = done.root().at("objects").as_array();
  EXPECT_EQ(json::string_at(objects_told.front(), "where"), "/objects/1");
  EXPECT_EQ(json::string_at(objects_told.back(), "url"), "/threats/" + id_of(1));
  EXPECT_EQ(objects(), before + 1);
  for (const auto* query :
       {"?tlp=AMBER", "?audience=members", "?tlp=AMBER&audience=everyone",
        "?tlp=AMBER&audience=members&preview=perhaps", "?tlp=AMBER&audience=listed",
        "?tlp=AMBER&audience=members&embargo_until=soon", "?tlp=AMBER&audience=members&dry_run=true"}) {
    EXPECT_EQ(api(As::water_member, "POST", std::string{"/api/v1/threats/import"} + query, file).status, 400) << query;
  }
  EXPECT_EQ(api(As::water_member, "POST", kApi, "").status, 400);
}

}  // namespace
}  // namespace tocsin::portal
