#include "formats/csaf/operations/update_ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/operations/testing.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kLater;
using testing::notes_of;
using testing::quoted;

#define CSAF_ISSUES "OASIS Open CSAF TC GitHub Issues"
#define CSAF_URL "https://github.com/oasis-tcs/csaf"
#define ID(system, text) "{'system_name':'" system "','text':'" text "'}"

std::string with_ids(const std::string& ids, std::string_view version = "2.1") {
  return testing::document(version, "{'vulnerabilities':[{'cve':'CVE-1900-0001','ids':[" + ids +
                                        "],'notes':[{'category':'description','text':'x'}]}]}");
}

struct Row {
  std::string_view name, id, rules;
  std::string_view after;  ///< The id afterwards; empty: as it was.
  bool unregistered = false, nonconforming = false;
};
void PrintTo(const Row& each, std::ostream* out) { *out << each.name; }

constexpr Row kRows[] = {
    {"Mapped", ID(CSAF_ISSUES, "Issue 1217"), "[]", ID(CSAF_URL, "#1217"), true},
    {"TextAlone", ID(CSAF_URL, "1217"), "[]", ID(CSAF_URL, "#1217"), false, true},
    {"Conforming", ID(CSAF_URL, "#1217"), "[]", ""},
    {"Unknown", ID("Works", "L-1"), "[]", "", true},
    {"NoText", ID(CSAF_ISSUES, "the big one"), "[]", "", true},
    {"NoConversion", ID("https://euvd.enisa.europa.eu", "4660"), "[]", "", false, true},
    {"RuleRenames", ID("Works", "L-1"), "[{'system_name':'Works','new_system_name':'https://works.example'}]",
     ID("https://works.example", "L-1"), true},
    {"RuleRewrites", ID("Works", "L-1"),
     "[{'system_name':'Works','precondition':'L-([0-9]+)','new_text':'LAMP-\\\\1'}]", ID("Works", "LAMP-1"), true},
    {"FirstRuleThatFits", ID("Works", "M-1"),
     "[{'system_name':'Works','precondition':'L-.*','new_text':'a'},{'system_name':'Works','new_text':'b'}]",
     ID("Works", "b"), true},
    {"PreconditionIsOfTheWholeText", ID("Works", "L-12"),
     "[{'system_name':'Works','precondition':'L-1','new_text':'a'}]", "", true},
    {"RuleBeforeMapping", ID(CSAF_ISSUES, "1217"), "[{'system_name':'" CSAF_ISSUES "','new_text':'x'}]",
     ID(CSAF_ISSUES, "x"), true},
    {"RuleOfAnotherSystem", ID("Works", "L-1"), "[{'system_name':'works','new_text':'x'}]", "", true},
};

class UpdateIds : public ::testing::TestWithParam<Row> {};
TEST_P(UpdateIds, FollowsRegistryAndRules) {
  const auto& row = GetParam();
  const auto rules_json = json::parse(quoted(row.rules)).value();
  auto rules = read_id_rules(rules_json.root());
  ASSERT_TRUE(rules) << rules.error().to_string();
  const auto source = with_ids(std::string{row.id});
  const UpdateIdsOptions options{.rules = *rules};
  const auto updated = update_ids(source, options);
  ASSERT_TRUE(updated) << updated.error().to_string();
  EXPECT_EQ(at(updated->changed, "/vulnerabilities/0/ids/0"), quoted(row.after.empty() ? row.id : row.after));
  EXPECT_EQ(updated->report.changes.size(), row.after.empty() ? 0U : 1U);
  EXPECT_EQ(updated->report.unregistered.size(), row.unregistered ? 1U : 0U);
  EXPECT_EQ(updated->report.nonconforming.size(), row.nonconforming ? 1U : 0U);
  EXPECT_EQ(at(updated->changed, "/document/tracking/version"), "\"1\"");
  EXPECT_TRUE(updated->changed.is_good()) << notes_of(updated->changed);
  const auto looked = look_at_ids(source, options);
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->changes.size(), updated->report.changes.size());
}
INSTANTIATE_TEST_SUITE_P(Csaf, UpdateIds, ::testing::ValuesIn(kRows),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(UpdateIdsOfADocument, CommitAddsARevisionThatTellsOfIt) {
  const auto updated = update_ids(with_ids(ID(CSAF_ISSUES, "1217") "," ID(CSAF_ISSUES, "1218")),
                                  {.commit = Revision{.now = kLater, .summary = {}, .engine = {"Test", "1.0"}}});
  ASSERT_TRUE(updated);
  EXPECT_EQ(at(updated->changed, "/document/tracking/version"), "\"2\"");
  EXPECT_EQ(at(updated->changed, "/document/tracking/current_release_date"), "\"2026-06-01T00:00:00Z\"");
  EXPECT_EQ(at(updated->changed, "/document/tracking/revision_history/1/summary"),
            "\"Ids of vulnerabilities follow the registry of their systems: '" CSAF_ISSUES "' is now '" CSAF_URL
            "' (2 ids).\"");
  EXPECT_THAT(notes_of(updated->changed), HasSubstr("warning /vulnerabilities/0/ids/1 the id '1218'"));
}

TEST(UpdateIdsOfADocument, TakesNumberSummaryAndDateFromTheEditor) {
  UpdateIdsOptions options{.commit = Revision{.now = kLater, .summary = "Ours.", .engine = {"Test", "1.0"}},
                           .number = "7"};
  const auto source = with_ids(ID(CSAF_ISSUES, "1217"));
  const auto updated = update_ids(source, options);
  ASSERT_TRUE(updated);
  EXPECT_EQ(at(updated->changed, "/document/tracking/version"), "\"7\"");
  EXPECT_EQ(at(updated->changed, "/document/tracking/revision_history/1"),
            quoted("{'date':'2026-06-01T00:00:00Z','number':'7','summary':'Ours.'}"));
  for (const auto* number : {"1", "0", "2.0.0", "new"}) {
    options.number = number;
    const auto refused = update_ids(source, options);
    ASSERT_FALSE(refused) << number;
    EXPECT_EQ(refused.error().where, "/document/tracking/version");
  }
}

TEST(UpdateIdsOfADocument, LeavesWhatIsIgnoredOrDeclined) {
  const auto source = with_ids(ID(CSAF_ISSUES, "1217") "," ID("Works", "L-1") "," ID(CSAF_URL, "12"));
  std::vector<std::string> asked;
  const auto updated =
      update_ids(source, {.ignored = {"Works"},
                          .accept =
                              [&](const IdChange& change) {
                                asked.push_back(change.before.path + " " + change.text);
                                return change.text == "#12";
                              },
                          .commit = Revision{.now = kLater, .summary = {}, .engine = {"Test", "1.0"}}});
  ASSERT_TRUE(updated);
  EXPECT_THAT(asked, ElementsAre("/vulnerabilities/0/ids/0 #1217", "/vulnerabilities/0/ids/2 #12"));
  EXPECT_EQ(at(updated->changed, "/vulnerabilities/0/ids"),
            quoted("[" ID(CSAF_ISSUES, "1217") "," ID("Works", "L-1") "," ID(CSAF_URL, "#12") "]"));
  ASSERT_EQ(updated->report.unregistered.size(), 1U);
  EXPECT_EQ(updated->report.unregistered[0].system_name, CSAF_ISSUES);

  const auto none = update_ids(source, {.accept = [](const IdChange&) { return false; },
                                        .commit = Revision{.now = kLater, .summary = {}, .engine = {"Test", "1.0"}}});
  ASSERT_TRUE(none);
  EXPECT_EQ(json::write(none->changed.document), json::write(json::parse(source).value().root()));
}

TEST(UpdateIdsOfADocument, TwoThatBecomeOneAreOne) {
  const auto updated = update_ids(with_ids(ID(CSAF_ISSUES, "1217") "," ID(CSAF_URL, "#1217")), {});
  ASSERT_TRUE(updated);
  EXPECT_EQ(at(updated->changed, "/vulnerabilities/0/ids"), quoted("[" ID(CSAF_URL, "#1217") "]"));
}

TEST(UpdateIdsOfADocument, RefusesAnotherVersionOfCsaf) {
  const auto refused = update_ids(with_ids(ID(CSAF_ISSUES, "1217"), "2.0"), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "/document/csaf_version");
}

TEST(IdRules, AreRefusedWithTheirPlace) {
  constexpr std::pair<std::string_view, std::string_view> kBad[] = {
      {"{}", ""},
      {"[1]", "/0"},
      {"[{'new_text':'x'}]", "/0"},
      {"[{'system_name':'A'}]", "/0"},
      {"[{'system_name':'A','new_text':1}]", "/0/new_text"},
      {"[{'system_name':'A','new_text':''}]", "/0/new_text"},
      {"[{'system_name':'A','text':'x'}]", "/0/text"},
      {"[{'system_name':'A','new_text':'x'},{'system_name':'A','precondition':'(','new_text':'x'}]", "/1/precondition"},
  };
  for (const auto& [text, where] : kBad) {
    const auto parsed = json::parse(quoted(text)).value();
    const auto refused = read_id_rules(parsed.root());
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().where, where) << text;
  }
  const auto group = json::parse(R"([{"system_name":"A","precondition":"a","new_text":"\\2"}])").value();
  const auto refused = read_id_rules(group.root());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "/0/new_text");
}

}  // namespace
}  // namespace tocsin::formats::csaf
