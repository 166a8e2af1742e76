#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "engine/taxii/feed.hpp"
#include "formats/stix/versions.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

namespace tocsin::portal {
namespace {

using store::Sql;
using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";
constexpr std::string_view kPage = "/admin/taxii";

using Fields = std::vector<std::pair<std::string, std::string>>;

class CollectionPages : public testing::MemberPortalTest {
 protected:
  void begin() {
    start();
    tell();
  }
  void tell() {
    ASSERT_TRUE(app().watch());
    ASSERT_TRUE(engine::taxii::feed_all(database(), Timestamp{clock_.now().micros + 10'000'000}));
  }
  void put(int number, std::string_view type, std::string_view more) {
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.key = fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
    revision.title = fmt::format("Object <{}>", number);
    revision.tlp = domain::Tlp::clear;
    revision.version = "2024-02-01T00:00:00.000Z";
    revision.version_order = formats::stix::version_order(revision.version, false);
    revision.format = "stix-2.1";
    revision.current_release_at = parse_rfc3339(revision.version).value();
    revision.bytes = fmt::format(R"({{"type":"{}","spec_version":"2.1","id":"{}","modified":"{}"{}}})", type,
                                 revision.key, revision.version, more);
    revision.sha512 = sha512_hex(revision.bytes);
    ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(store::Records{connection}.put(revision, clock_.now()));
      return ok();
    }));
    tell();
  }
  static Fields fields() {
    return {{"title", "Water, <confident>"},
            {"alias", "water"},
            {"description", "What we are sure of"},
            {"types", "indicator\r\n tool \r\n"},
            {"labels", ""},
            {"words", ""},
            {"tlp_max", "amber"},
            {"confidence_min", "70"},
            {"readers", "sector:water"},
            {"writers", "nobody"}};
  }
  static Fields with(Fields fields, std::string_view name, std::string_view value) {
    for (auto& [field, old] : fields) {
      if (field != name) continue;
      old = value;
      return fields;
    }
    fields.emplace_back(name, value);
    return fields;
  }
  std::string page(std::string_view target) { return get_as(As::administrator, target, kHtml).body; }
};
TOCSIN_ON_BOTH_DATABASES(CollectionPages);

TEST_P(CollectionPages, GoFromAPreviewToWhatProgramsRead) {
  begin();
  put(1, "indicator", R"(,"confidence":80)");
  put(2, "indicator", R"(,"confidence":20)");
  put(3, "tool", R"(,"confidence":90)");
  put(4, "malware", R"(,"confidence":90)");
  EXPECT_THAT(page(kPage), AllOf(HasSubstr("All threat knowledge"), HasSubstr("everything"), HasSubstr("sortable")));
  EXPECT_THAT(page("/admin/taxii/new"), AllOf(HasSubstr("Least confidence"), HasSubstr("sector:water")));
  // Looked at first: nothing is kept, and what was typed stays, also where it is not done yet.
  const auto preview =
      post_as(As::administrator, "/admin/taxii/new", with(with(fields(), "title", ""), "do", "preview"));
  EXPECT_EQ(preview.status, 200);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("It would hold 2 objects"), HasSubstr("Object &lt;1&gt;"),
                                  HasSubstr("Object &lt;3&gt;"), Not(HasSubstr("Object &lt;2&gt;")),
                                  Not(HasSubstr("Object &lt;4&gt;")), HasSubstr("value=\"water\"")));
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM taxii_collection"}), 1);
  const auto saved = post_as(As::administrator, "/admin/taxii/new", with(fields(), "do", "save"));
  ASSERT_EQ(saved.status, 303) << saved.body;
  const auto one = page("/admin/taxii/water");
  EXPECT_THAT(one, AllOf(HasSubstr("Water, &lt;confident&gt;"), HasSubstr("/taxii2/default/collections/water/"),
                         HasSubstr("Indicator, Tool; up to TLP:AMBER; confidence 70 or more"), HasSubstr("nobody"),
                         HasSubstr("Object &lt;3&gt;")));
  const auto json = json::parse(get_as(As::administrator, "/api/v1/taxii/collections/water").body).value();
  EXPECT_EQ(json::find(json.root(), "objects")->as_int64(), 2);
  EXPECT_EQ(json::array_at(json.root(), "newest").size(), 2U);
  EXPECT_EQ(*json::find(json.root(), "filter"),
            boost::json::parse(R"({"types":["indicator","tool"],"tlp_max":"amber","confidence_min":70})"));
  const auto list = json::parse(get_as(As::administrator, "/api/v1/taxii/collections").body).value();
  EXPECT_EQ(json::array_at(list.root(), "items").size(), 2U);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM audit WHERE action = 'taxii.collection'"}), 1);
}

TEST_P(CollectionPages, AreChangedAndRemovedWithAQuestionBefore) {
  begin();
  ASSERT_EQ(post_as(As::administrator, "/admin/taxii/new", fields()).status, 303);
  EXPECT_THAT(page("/admin/taxii/water/edit"), AllOf(HasSubstr("indicator\ntool"), HasSubstr("value=\"70\""),
                                                     HasSubstr("value=\"sector:water\" selected")));
  auto other = with(with(fields(), "confidence_min", ""), "labels", "Pumps, and valves\nDams");
  ASSERT_EQ(post_as(As::administrator, "/admin/taxii/water/edit", with(other, "types", "")).status, 303);
  EXPECT_THAT(page("/admin/taxii/water"), HasSubstr("labelled Pumps, and valves, Dams; up to TLP:AMBER"));
  const auto json = json::parse(get_as(As::administrator, "/api/v1/taxii/collections/water").body).value();
  EXPECT_EQ(*json::find(json.root(), "filter"),
            boost::json::parse(R"({"labels":["Pumps, and valves","Dams"],"tlp_max":"amber"})"));
  const auto asked = page("/admin/taxii/water/remove");
  EXPECT_THAT(asked, HasSubstr("Its objects stay"));
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM taxii_collection"}), 2);
  ASSERT_EQ(post_as(As::administrator, "/admin/taxii/water/remove", {}).status, 303);
  EXPECT_EQ(get_as(As::administrator, "/admin/taxii/water", kHtml).status, 404);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM audit WHERE action = 'taxii.collection-remove'"}), 1);
  ASSERT_EQ(post_as(As::administrator, "/admin/taxii/all/remove", {}).status, 303);
  EXPECT_THAT(page(kPage), HasSubstr("There is no collection"));
}

struct WrongCase {
  std::string_view field, value, told;
};
TEST_P(CollectionPages, SayAtItsPlaceWhatIsWrong) {
  begin();
  ASSERT_EQ(post_as(As::administrator, "/admin/taxii/new", fields()).status, 303);
  constexpr WrongCase kCases[] = {
      {"title", " ", "a title of 1 to 200 bytes is wanted"},
      {"alias", "No <alias>", "an alias has small letters"},
      {"alias", "all", "another collection has this alias"},
      {"types", "indicator\n<Type>", "is no type of STIX object"},
      {"tlp_max", "blue", "choose one of these"},
      {"confidence_min", "101", "a number from 0 to 100 is wanted"},
      {"confidence_min", "many", "a number from 0 to 100 is wanted"},
      {"readers", "sector:moon", "choose one of these"},
      {"readers", "community:99", "there is no such community"},
      {"writers", "organisation:99", "there is no such organisation"},
      {"writers", "", "choose one of these"},
  };
  for (const auto& each : kCases) {
    // Where the readers are of a sector, nobody writes.
    const auto base = with(with(fields(), "readers", "members"), "alias", "other");
    const auto reply = post_as(As::administrator, "/admin/taxii/new", with(base, each.field, each.value));
    EXPECT_EQ(reply.status, 422) << each.field << '=' << each.value << '\n' << reply.body;
    EXPECT_THAT(reply.body, AllOf(HasSubstr(each.told), HasSubstr(fmt::format("href=\"#f-{}\"", each.field)),
                                  HasSubstr("What we are sure of"), Not(HasSubstr("<Type>"))))
        << each.field << '=' << each.value;
  }
  const auto sector = post_as(As::administrator, "/admin/taxii/water/edit", with(fields(), "writers", "members"));
  EXPECT_EQ(sector.status, 422);
  EXPECT_THAT(sector.body, HasSubstr("nothing can be addressed to a sector"));
  const auto preview =
      post_as(As::administrator, "/admin/taxii/water/edit", with(with(fields(), "types", "No Type"), "do", "preview"));
  EXPECT_EQ(preview.status, 422);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("is no type of STIX object"), HasSubstr("No Type")));
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM taxii_collection"}), 2);
}

TEST_P(CollectionPages, AreForThoseWhoAdminister) {
  begin();
  for (const auto who : {As::coordinator, As::auditor, As::analyst, As::water_administrator, As::water_member}) {
    for (const auto* target :
         {"/admin/taxii", "/admin/taxii/all", "/admin/taxii/new", "/admin/taxii/all/edit", "/admin/taxii/all/remove",
          "/api/v1/taxii/collections", "/api/v1/taxii/collections/all"}) {
      EXPECT_EQ(get_as(who, target, std::string_view{target}.starts_with("/api/") ? "" : kHtml).status, 403) << target;
    }
    EXPECT_EQ(post_as(who, "/admin/taxii/new", fields()).status, 403);
    EXPECT_EQ(post_as(who, "/admin/taxii/new", with(fields(), "do", "preview")).status, 403);
    EXPECT_EQ(post_as(who, "/admin/taxii/all/edit", fields()).status, 403);
    EXPECT_EQ(post_as(who, "/admin/taxii/all/remove", {}).status, 403);
  }
  EXPECT_EQ(get(kPage, kHtml).status, 303);
  EXPECT_EQ(get_as(As::administrator, "/admin/taxii/none", kHtml).status, 404);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM taxii_collection"}), 1);
}

}  // namespace
}  // namespace tocsin::portal
