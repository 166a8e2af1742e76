#include "formats/csaf/operations/withdraw.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/operations/testing.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::at;
using testing::kLater;
using testing::notes_of;

WithdrawOptions withdraw_options() {
  return {.reasons = {"It told of a lamp that stays on.", "The lamp is of another make."},
          .lang = {},
          .note_title = {},
          .revision = {.now = kLater, .summary = {}, .engine = {"Test", "1.0"}}};
}
SupersedeOptions supersede_options() {
  return {.by = {{.url = "https://lantern.example/lw-2024-02.json",
                  .publisher_namespace = "https://lantern.example",
                  .tracking_id = "LW-2024-02",
                  .title = "Lamps stay on"}},
          .reasons = {},
          .lang = {},
          .note_title = {},
          .reference_summary = {},
          .revision = {.now = kLater, .summary = {}, .engine = {"Test", "1.0"}}};
}

#define PRODUCT "'product_tree':{'full_product_names':[{'product_id':'P1','name':'Lamp'}]}"
#define NOTES(...) "{'document':{'notes':[" __VA_ARGS__ "]}}"
#define TRACKING(...) "{'document':{'tracking':{" __VA_ARGS__ "}}}"

struct Rule {
  std::string_view name, patch;
  std::string_view pointer, value;  ///< What stands there in the withdrawn document; empty: nothing.
  std::string_view note;            ///< Part of a warning; empty: there is none.
};
void PrintTo(const Rule& each, std::ostream* out) { *out << each.name; }

constexpr Rule kRules[] = {
    {"Category", "{}", "/document/category", "'csaf_withdrawn'", ""},
    {"KeepsTheId", "{}", "/document/tracking/id", "'LW-2024-01'", ""},
    {"KeepsTheTitle", "{}", "/document/title", "'Lamp stays on'", ""},
    {"Revision", "{}", "/document/tracking/revision_history/1",
     "{'date':'2026-06-01T00:00:00Z','number':'2','summary':'Document withdrawn.'}", ""},
    {"OldRevision", "{}", "/document/tracking/revision_history/0/summary", "'First release'", ""},
    {"Version", "{}", "/document/tracking/version", "'2'", ""},
    {"Date", "{}", "/document/tracking/current_release_date", "'2026-06-01T00:00:00Z'", ""},
    {"InitialDate", "{}", "/document/tracking/initial_release_date", "'2024-03-01T10:00:00Z'", ""},
    {"Generator", "{}", "/document/tracking/generator",
     "{'date':'2026-06-01T00:00:00Z','engine':{'name':'Test','version':'1.0'}}", ""},
    {"Note", "{}", "/document/notes/0",
     "{'category':'description','text':'It told of a lamp that stays on.\\n\\nThe lamp is of another make.','title':"
     "'Reasoning for Withdrawal'}",
     ""},
    {"Products", "{" PRODUCT "}", "/product_tree", "", ""},
    {"Vulnerabilities", "{'vulnerabilities':[{'cve':'CVE-1900-0001'}]}", "/vulnerabilities", "", ""},
    {"Semantic",
     "{" PRODUCT ",'document':{'tracking':{'version':'1.2.3','revision_history':[{'date':'2024-03-01T10:00:00Z',"
     "'number':'1.2.3','summary':'x'}]}}}",
     "/document/tracking/version", "'2.0.0'", ""},
    {"SemanticWithoutProducts",
     TRACKING("'version':'1.2.3','revision_history':[{'date':'2024-03-01T10:00:00Z','number':'1.2.3','summary':'x'}]"),
     "/document/tracking/version", "'1.3.0'", ""},
    {"OtherNotesStay", NOTES("{'category':'legal_disclaimer','text':'Terms'}"), "/document/notes/1/text", "'Terms'",
     ""},
    {"OneDescription", NOTES("{'category':'description','text':'Old'}"), "/document/notes/1", "",
     "/document/notes/0 the note 'Old' was removed"},
    {"NoteOfProducts", "{" PRODUCT ",'document':{'notes':[{'category':'details','text':'x','product_ids':['P1']}]}}",
     "/document/notes/1", "", "bound to products"},
    {"Extensions", "{'document':{'x_extensions':[]}}", "/document/x_extensions", "", "extensions were removed"},
    {"References", "{'document':{'references':[{'category':'self','summary':'x','url':'https://a.example/'}]}}",
     "/document/references/0/category", "'self'", ""},
    {"DraftStaysDraft", TRACKING("'status':'draft'"), "/document/tracking/status", "'draft'", ""},
    {"DraftZero",
     TRACKING("'status':'draft','version':'0.3.1','revision_history':[{'date':'2024-03-01T10:00:00Z',"
              "'number':'0.3.1','summary':'x'}]"),
     "/document/tracking/version", "'0.3.2'", ""},
    {"DraftPrerelease",
     TRACKING("'status':'draft','version':'1.0.0-rc.1','revision_history':[{'date':'2024-03-01T10:00:00Z',"
              "'number':'1.0.0','summary':'x'}]"),
     "/document/tracking/version", "'1.1.0'", ""},
    {"Interim", TRACKING("'status':'interim'"), "/document/tracking/status", "'final'", "the status became final"},
    {"German", "{'document':{'lang':'de-AT'}}", "/document/notes/0/title", "'Begründung für die Zurückziehung'", ""},
    {"GermanSummary", "{'document':{'lang':'de'}}", "/document/tracking/revision_history/1/summary",
     "'Dokument zurückgezogen.'", ""},
    {"French", "{'document':{'lang':'fr'}}", "/document/notes/0/title", "'Reasoning for Withdrawal'",
     "no translation of 'Reasoning for Withdrawal' into 'fr' is recorded"},
    {"UnknownMembers", "{'document':{'publisher':{'extra':{'b':1,'a':2}}}}", "/document/publisher/extra",
     "{'b':1,'a':2}", "there is no member 'extra' here"},
};

class Withdraw : public ::testing::TestWithParam<Rule> {};
TEST_P(Withdraw, FollowsTheRule) {
  const auto& rule = GetParam();
  const auto changed = withdraw(testing::document("2.1", rule.patch), withdraw_options());
  ASSERT_TRUE(changed) << changed.error().to_string();
  // Members that CSAF does not describe stay, and are told of.
  EXPECT_EQ(changed->is_good(), rule.name != "UnknownMembers") << notes_of(*changed);
  EXPECT_EQ(at(*changed, rule.pointer), testing::quoted(rule.value));
  if (rule.note.empty()) EXPECT_EQ(notes_of(*changed), "");
  if (!rule.note.empty()) EXPECT_THAT(notes_of(*changed), ::testing::HasSubstr(std::string{rule.note}));
}
INSTANTIATE_TEST_SUITE_P(Csaf, Withdraw, ::testing::ValuesIn(kRules),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(WithdrawOf, NewestRevisionFirstStaysSo) {
  const auto changed =
      withdraw(testing::document("2.1", TRACKING("'version':'2','revision_history':["
                                                 "{'date':'2024-04-01T10:00:00Z','number':'2','summary':'y'},"
                                                 "{'date':'2024-03-01T10:00:00Z','number':'1','summary':'x'}]")),
               withdraw_options());
  ASSERT_TRUE(changed);
  EXPECT_EQ(at(*changed, "/document/tracking/revision_history/0/number"), "\"3\"");
  EXPECT_EQ(at(*changed, "/document/tracking/revision_history/2/number"), "\"1\"");
}

TEST(WithdrawOf, LanguageOfTheReasonsBecomesTheDocuments) {
  auto options = withdraw_options();
  options.lang = "de";
  auto changed = withdraw(testing::document("2.1", "{}"), options);
  ASSERT_TRUE(changed);
  EXPECT_EQ(at(*changed, "/document/lang"), "\"de\"");
  EXPECT_EQ(at(*changed, "/document/notes/0/title"), "\"Begründung für die Zurückziehung\"");
  EXPECT_TRUE(changed->is_good()) << notes_of(*changed);
  EXPECT_EQ(withdraw(testing::document("2.1", "{'document':{'lang':'en'}}"), options).error().code,
            Error::Code::conflict);
  options.lang = "de-CH";
  EXPECT_TRUE(withdraw(testing::document("2.1", "{'document':{'lang':'de'}}"), options));
  options.lang = "no such tag";
  EXPECT_EQ(withdraw(testing::document("2.1", "{}"), options).error().code, Error::Code::invalid_input);
}

TEST(WithdrawOf, OwnTitleAndSummaryAreTaken) {
  auto options = withdraw_options();
  options.note_title = "Motif du retrait";
  options.revision.summary = "Retrait.";
  const auto changed = withdraw(testing::document("2.1", "{'document':{'lang':'fr'}}"), options);
  ASSERT_TRUE(changed);
  EXPECT_EQ(at(*changed, "/document/notes/0/title"), "\"Motif du retrait\"");
  EXPECT_EQ(at(*changed, "/document/tracking/revision_history/1/summary"), "\"Retrait.\"");
  EXPECT_EQ(notes_of(*changed), "");
}

struct BadCase {
  std::string_view name, version, patch, message;
  Error::Code code = Error::Code::invalid_input;
};
void PrintTo(const BadCase& each, std::ostream* out) { *out << each.name; }
constexpr BadCase kRefused[] = {
    {"OldVersion", "2.0", "{}", "convert it to 2.1 first"},
    {"Withdrawn", "2.1", "{'document':{'category':'csaf_withdrawn'}}", "csaf_withdrawn|withdrawn"},
    {"Superseded", "2.1", "{'document':{'category':'csaf_superseded'}}", "superseded"},
    {"NoTracking", "2.1", "{'document':{'tracking':null}}", "a CSAF document has"},
    {"NoHistory", "2.1", TRACKING("'revision_history':[]"), "one revision or more"},
    {"HistoryOfNumbers", "2.1", TRACKING("'revision_history':[1]"), "one revision or more"},
    {"NoPublisher", "2.1", "{'document':{'publisher':'x'}}", "a CSAF document has"},
    {"BadVersion", "2.1", TRACKING("'version':'1.0'"), "'1.0' is no version"},
    {"BadRevision", "2.1", TRACKING("'revision_history':[{'date':'2024-03-01T10:00:00Z','number':'one'}]"),
     "has no number"},
    {"BadDate", "2.1", TRACKING("'revision_history':[{'date':'yesterday','number':'1'}]"), "no date and time"},
    {"Mixed", "2.1", TRACKING("'version':'1.0.0'"), "mixed"},
    {"FromTheFuture", "2.1", TRACKING("'revision_history':[{'date':'2030-03-01T10:00:00Z','number':'1'}]"),
     "later than the", Error::Code::conflict},
    {"NoCsaf", "2.1", "{'document':{'csaf_version':'3.0'}}", "no CSAF 2.0 or 2.1 document"},
};

class WithdrawBad : public ::testing::TestWithParam<BadCase> {};
TEST_P(WithdrawBad, IsRefused) {
  const auto& each = GetParam();
  const auto document = testing::document(each.version, each.patch);
  const auto withdrawn = withdraw(document, withdraw_options());
  ASSERT_FALSE(withdrawn);
  EXPECT_EQ(withdrawn.error().code, each.code);
  const auto superseded = supersede(document, supersede_options());
  ASSERT_FALSE(superseded);
  EXPECT_EQ(superseded.error().code, each.code);
  if (each.name == "Withdrawn") return;  // Each of both says it in its own way.
  EXPECT_THAT(withdrawn.error().message, ::testing::HasSubstr(std::string{each.message}));
  EXPECT_THAT(superseded.error().message, ::testing::HasSubstr(std::string{each.message}));
}
INSTANTIATE_TEST_SUITE_P(Csaf, WithdrawBad, ::testing::ValuesIn(kRefused),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(WithdrawOf, WithoutReasonIsRefused) {
  auto options = withdraw_options();
  options.reasons = {" ", ""};
  EXPECT_THAT(withdraw(testing::document("2.1", "{}"), options).error().message,
              ::testing::HasSubstr("why it is withdrawn"));
  for (const auto* text : {"", "[]", "{}", "{\"document\":[]}", "null", "{\"document\":{\"csaf_version\":\"2.1\"}}"}) {
    EXPECT_EQ(withdraw(text, withdraw_options()).error().code, Error::Code::invalid_input) << text;
  }
}

TEST(Supersede, NamesWhatTakesThePlace) {
  const auto changed = supersede(
      testing::document("2.1", "{" PRODUCT ",'document':{'references':[{'category':'self','summary':'x','url':"
                               "'https://lantern.example/lw-2024-01.json'}]}}"),
      supersede_options());
  ASSERT_TRUE(changed);
  EXPECT_EQ(notes_of(*changed), "");
  EXPECT_EQ(at(*changed, "/document/category"), "\"csaf_superseded\"");
  EXPECT_EQ(at(*changed, "/document/tracking/id"), "\"LW-2024-01\"");
  EXPECT_EQ(at(*changed, "/document/tracking/revision_history/1"),
            testing::quoted("{'date':'2026-06-01T00:00:00Z','number':'2','summary':'Document superseded.'}"));
  EXPECT_EQ(at(*changed, "/document/notes/0"),
            testing::quoted("{'category':'description','text':'This document is superseded by LW-2024-02 (Lamps stay "
                            "on).','title':'Reasoning for Supersession'}"));
  EXPECT_EQ(at(*changed, "/document/references/1"),
            testing::quoted("{'category':'external','summary':'Superseding Document: LW-2024-02 (Lamps stay on)','url':"
                            "'https://lantern.example/lw-2024-02.json'}"));
  EXPECT_EQ(at(*changed, "/document/references/0/category"), "\"self\"");
  EXPECT_EQ(at(*changed, "/product_tree"), "");
}

TEST(Supersede, BySeveralAndInGerman) {
  auto options = supersede_options();
  options.by.push_back({.url = "https://lantern.example/x", .publisher_namespace = {}, .tracking_id = {}, .title = {}});
  const auto changed = supersede(testing::document("2.1", "{'document':{'lang':'de'}}"), options);
  ASSERT_TRUE(changed);
  EXPECT_EQ(notes_of(*changed), "");
  EXPECT_EQ(at(*changed, "/document/notes/0/text"),
            "\"Dieses Dokument wird ersetzt durch LW-2024-02 (Lamps stay on); https://lantern.example/x.\"");
  EXPECT_EQ(at(*changed, "/document/references/1/summary"), "\"Ersetzendes Dokument\"");
}

TEST(Supersede, WithWhatDoesNotFitIsRefused) {
  const auto source = testing::document("2.1", "{}");
  auto options = supersede_options();
  options.by.clear();
  EXPECT_FALSE(supersede(source, options));
  options.by.push_back({});
  EXPECT_THAT(supersede(source, options).error().message, ::testing::HasSubstr("by its URL"));
  options.by[0] = {.url = "https://a.example/x",
                   .publisher_namespace = "https://lantern.example",
                   .tracking_id = "LW-2024-01",
                   .title = {}};
  EXPECT_THAT(supersede(source, options).error().message, ::testing::HasSubstr("cannot supersede itself"));
  // The same id of another publisher is another document.
  options.by[0].publisher_namespace = "https://other.example";
  EXPECT_TRUE(supersede(source, options));
  options = supersede_options();
  EXPECT_THAT(supersede(testing::document("2.1", "{'document':{'lang':'fr'}}"), options).error().message,
              ::testing::HasSubstr("give a reason"));
  options.by[0].url = "no url";
  const auto bad = supersede(source, options);
  ASSERT_TRUE(bad);
  EXPECT_FALSE(bad->is_good());
  EXPECT_THAT(notes_of(*bad),
              ::testing::HasSubstr("error /document/references/0/url the result is not valid (schema)"));
}

TEST(SupersedingDocumentOf, IsReadFromTheDocument) {
  const auto found = superseding_document(
      testing::document("2.0",
                        "{'document':{'references':[{'category':'external','url':'https://a.example/lw-2024-01.json'},"
                        "{'category':'self','url':'https://a.example/page'},"
                        "{'category':'self','url':'https://b.example/lw-2024-01.json'},"
                        "{'category':'self','url':'https://a.example/other'}]}}"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->url, "https://b.example/lw-2024-01.json");
  EXPECT_EQ(found->tracking_id, "LW-2024-01");
  EXPECT_EQ(found->title, "Lamp stays on");
  EXPECT_THAT(superseding_document(testing::document("2.1", "{}")).error().message,
              ::testing::HasSubstr("no reference of category self"));
  EXPECT_FALSE(superseding_document("{}"));
}

TEST(WithdrawOf, OrderOfMembersStays) {
  const auto changed = withdraw(testing::document("2.1", "{}"), withdraw_options());
  ASSERT_TRUE(changed);
  std::vector<std::string> names;
  for (const auto& member : changed->document.at("document").at("tracking").get_object()) {
    names.emplace_back(member.key());
  }
  // The fixture's members are sorted, so the generator goes where it belongs.
  EXPECT_THAT(names, ::testing::ElementsAre("current_release_date", "generator", "id", "initial_release_date",
                                            "revision_history", "status", "version"));
}

/// Real documents, as 2.1.
template <class Use>
bool each_real_document(std::string_view archive, int every, const Use& use) {
  int seen = 0;
  return testing::for_each_file(archive, [&](const std::string& name, const std::string& bytes) {
    if (!name.ends_with(".json") || ++seen % every != 0) return;
    auto converted = to_csaf_2_1(bytes, {.now = kLater});
    if (!converted) return;
    // What was withdrawn or superseded already is refused, as another test says.
    const auto& category = converted->document.at("document").at("category");
    if (category == "csaf_withdrawn" || category == "csaf_superseded") return;
    use(name, json::write(converted->document));
  });
}

TEST(WithdrawOf, RealDocumentsIsValid) {
  int seen = 0;
  bool any = false;
  for (const auto* archive : {"csaf/cisa-ot-2017-2022.tar.zst", "csaf/other-issuers.tar.zst"}) {
    any |= each_real_document(archive, 10, [&](const std::string& name, const std::string& bytes) {
      const auto withdrawn = withdraw(bytes, withdraw_options());
      ASSERT_TRUE(withdrawn) << name << " " << withdrawn.error().to_string();
      auto by_options = supersede_options();
      by_options.reasons = {"See there."};
      const auto superseded = supersede(bytes, by_options);
      ASSERT_TRUE(superseded) << name << " " << superseded.error().to_string();
      for (const auto* changed : {&*withdrawn, &*superseded}) {
        Validator validator;
        const auto verdict = validator.validate(json::write_pretty(changed->document));
        EXPECT_EQ(verdict.is_valid(), changed->is_good()) << name;
        EXPECT_TRUE(verdict.is_valid()) << name << "\n" << notes_of(*changed);
      }
      ++seen;
    });
  }
  if (!any) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  EXPECT_GT(seen, 150);
}

/// Examples of the official tests: every form that 2.1 has, most of them in documents that are valid or nearly so.
TEST(WithdrawOf, OfficialExamplesIsValidOrRefused) {
  int changed_ones = 0;
  Validator validator;
  const bool present =
      testing::for_each_file("csaf/oasis-tests-2.1.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (!name.ends_with(".json") || !validator.validate(bytes).is_valid()) return;
        auto by_options = supersede_options();
        by_options.reasons = {"See there."};
        for (const auto& changed : {withdraw(bytes, withdraw_options()), supersede(bytes, by_options)}) {
          if (!changed) {
            EXPECT_FALSE(changed.error().where.empty()) << name << " " << changed.error().to_string();
            continue;
          }
          EXPECT_TRUE(changed->is_good()) << name << "\n" << notes_of(*changed);
          ++changed_ones;
        }
      });
  if (!present) GTEST_SKIP() << "csaf/oasis-tests-2.1.tar.zst is not in TOCSIN_DATA";
  EXPECT_GT(changed_ones, 200);
}

}  // namespace
}  // namespace tocsin::formats::csaf
