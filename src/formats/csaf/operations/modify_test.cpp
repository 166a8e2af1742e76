#include "formats/csaf/operations/modify.hpp"

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
using testing::quoted;

Revision revision(std::string summary = "Corrected.") {
  return {.now = kLater, .summary = std::move(summary), .engine = {"Test", "1.0"}};
}

/// `patch` may use ' for ".
Result<Changed> patched(std::string_view source, std::string_view patch, ModifyOptions options = {}) {
  const auto text = quoted(patch);
  const auto parsed = json::parse(text).value();
  options.patch = &parsed.root();
  if (options.revision.summary.empty()) options.revision = revision();
  return modify(source, options);
}

#define TRACKING(...) "{'document':{'tracking':{" __VA_ARGS__ "}}}"
#define ITEM(number) "{'date':'2024-03-01T10:00:00Z','number':'" number "','summary':'Before.'}"
#define AT(version) "'version':'" version "','revision_history':[" ITEM(version) "]"
#define FULL \
  "{'document':{'tracking':{" AT("1.2.3")                                                                            \
  "}},'product_tree':{'full_product_names':[{'product_id':'P1','name':'Lamp'},{'product_id':'P2','name':'Lamp 2'}]}" \
  ",'vulnerabilities':[{'cve':'CVE-1900-0001','product_status':{'known_affected':['P1'],'fixed':['P2']}}]}"
#define REPLACE(path, value) "[{'op':'replace','path':'" path "','value':" value "}]"
#define REMOVE(path) "[{'op':'remove','path':'" path "'}]"
#define ADD(path, value) "[{'op':'add','path':'" path "','value':" value "}]"
#define TITLE REPLACE("/document/title", "'Lamp stays lit'")

struct Step {
  std::string_view name, document, patch;
  std::string_view level;    ///< As told by the editor; empty: found out.
  std::string_view version;  ///< Afterwards; empty: refused.
};
void PrintTo(const Step& each, std::ostream* out) { *out << each.name; }

constexpr Step kSteps[] = {
    {"Integer", "{}", TITLE, "", "2"},
    {"IntegerPatch", "{}", TITLE, "patch", "2"},
    {"ManyNines", TRACKING(AT("99999999999999999999")), TITLE, "", "100000000000000000000"},
    {"TextIsMinor", FULL, TITLE, "", "1.3.0"},
    {"Spelling", FULL, TITLE, "patch", "1.2.4"},
    {"MoreThanNeeded", FULL, TITLE, "major", "2.0.0"},
    {"NewNote", FULL, ADD("/document/notes", "[{'category':'summary','text':'x'}]"), "", "1.3.0"},
    {"NewNoteIsNoPatch", FULL, ADD("/document/notes", "[{'category':'summary','text':'x'}]"), "patch", ""},
    {"ProductName", FULL, REPLACE("/product_tree/full_product_names/0/name", "'Lamp 1'"), "", "2.0.0"},
    {"ProductNameIsNoPatch", FULL, REPLACE("/product_tree/full_product_names/0/name", "'Lamp 1'"), "patch", ""},
    {"NewVulnerability", FULL, ADD("/vulnerabilities/-", "{'cve':'CVE-1900-0002'}"), "", "2.0.0"},
    {"GoneVulnerabilities", FULL, REMOVE("/vulnerabilities"), "", "2.0.0"},
    {"OtherCve", FULL, REPLACE("/vulnerabilities/0/cve", "'CVE-1900-0003'"), "minor", ""},
    {"AffectedGoes", FULL, REMOVE("/vulnerabilities/0/product_status/known_affected"), "", "2.0.0"},
    {"AffectedComes", FULL, ADD("/vulnerabilities/0/product_status/last_affected", "['P1']"), "", "2.0.0"},
    {"FixedGoes", FULL, REMOVE("/vulnerabilities/0/product_status/fixed"), "", "2.0.0"},
    {"FixedComes", FULL, ADD("/vulnerabilities/0/product_status/first_fixed", "['P2']"), "", "1.3.0"},
    {"TitleOfVulnerability", FULL, ADD("/vulnerabilities/0/title", "'x'"), "", "1.3.0"},
    {"InitialDate", FULL, REPLACE("/document/tracking/initial_release_date", "'2024-02-01T10:00:00Z'"), "patch",
     "1.2.4"},
    {"Before1", TRACKING("'status':'draft'," AT("0.4.2")), TITLE, "", "0.4.3"},
    {"Before1Major", TRACKING("'status':'draft'," AT("0.4.2")), TITLE, "major", "0.5.0"},
    {"DraftOfFirst", TRACKING("'status':'draft'," AT("1.0.0")), TITLE, "", "1.0.0"},
    {"DraftZero", TRACKING("'status':'draft'," AT("0")), TITLE, "", "0"},
    {"DraftWithPrerelease", TRACKING("'status':'draft','version':'1.0.0-rc.9','revision_history':[" ITEM("1.0.0") "]"),
     TITLE, "", "1.0.0-rc.10"},
    {"DraftWithWord", TRACKING("'status':'draft','version':'1.0.0-beta','revision_history':[" ITEM("1.0.0") "]"), TITLE,
     "", "1.0.0-beta.1"},
    {"DraftOfPatchBecomesMajor",
     TRACKING("'status':'draft','version':'1.0.1-1','revision_history':[" ITEM("1.0.0") "," ITEM("1.0.1") "]"), TITLE,
     "major", "2.0.0-2"},
    {"DraftOfMajorStays",
     TRACKING("'status':'draft','version':'2.0.0-1','revision_history':[" ITEM("1.0.0") "," ITEM("2.0.0") "]"), TITLE,
     "", "2.0.0-2"},
};

class ModifyVersion : public ::testing::TestWithParam<Step> {};
TEST_P(ModifyVersion, FollowsTheRules) {
  const auto& step = GetParam();
  ModifyOptions options;
  options.level = parse_change_level(step.level);
  const auto changed = patched(testing::document("2.1", step.document), step.patch, options);
  if (step.version.empty()) {
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().where, "/document/tracking/version");
    return;
  }
  ASSERT_TRUE(changed) << changed.error().to_string();
  EXPECT_EQ(at(*changed, "/document/tracking/version"), "\"" + std::string{step.version} + "\"") << notes_of(*changed);
  EXPECT_EQ(at(*changed, "/document/tracking/current_release_date"), "\"2026-06-01T00:00:00Z\"");
}
INSTANTIATE_TEST_SUITE_P(Csaf, ModifyVersion, ::testing::ValuesIn(kSteps),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Modify, MakesARevision) {
  for (const auto* version : {"2.0", "2.1"}) {
    const auto changed = patched(testing::document(version, "{}"), TITLE);
    ASSERT_TRUE(changed);
    EXPECT_EQ(notes_of(*changed), "");
    EXPECT_EQ(at(*changed, "/document/title"), "\"Lamp stays lit\"");
    EXPECT_EQ(at(*changed, "/document/tracking/id"), "\"LW-2024-01\"");
    EXPECT_EQ(at(*changed, "/document/tracking/revision_history/1"),
              quoted("{'date':'2026-06-01T00:00:00Z','number':'2','summary':'Corrected.'}"));
    EXPECT_EQ(at(*changed, "/document/tracking/generator"),
              quoted("{'date':'2026-06-01T00:00:00Z','engine':{'name':'Test','version':'1.0'}}"));
    EXPECT_EQ(at(*changed, "/document/references"), "");
  }
}

TEST(Modify, SetsFactsOfTheHeader) {
  ModifyOptions options{.header = {.title = "T",
                                   .category = "Notice",
                                   .status = "interim",
                                   .tlp_label = "GREEN",
                                   .publisher_name = "N",
                                   .publisher_namespace = {},
                                   .publisher_category = "coordinator"},
                        .revision = revision()};
  const auto changed = modify(testing::document("2.1", "{}"), options);
  ASSERT_TRUE(changed);
  EXPECT_EQ(notes_of(*changed), "");
  EXPECT_EQ(at(*changed, "/document/title"), "\"T\"");
  EXPECT_EQ(at(*changed, "/document/category"), "\"Notice\"");
  EXPECT_EQ(at(*changed, "/document/tracking/status"), "\"interim\"");
  EXPECT_EQ(at(*changed, "/document/distribution/tlp/label"), "\"GREEN\"");
  EXPECT_EQ(at(*changed, "/document/publisher"),
            quoted("{'category':'coordinator','name':'N','namespace':'https://lantern.example'}"));
}

TEST(Modify, ReleasesADraft) {
  const auto release = [](std::string_view document) {
    return modify(testing::document("2.1", document),
                  {.header = {.status = "final"}, .revision = revision("Released.")});
  };
  // What came before version 1 leaves the history.
  auto changed =
      release(TRACKING("'status':'draft','version':'0.2.0','revision_history':[" ITEM("0.1.0") "," ITEM("0.2.0") "]"));
  ASSERT_TRUE(changed);
  EXPECT_EQ(notes_of(*changed), "");
  EXPECT_EQ(at(*changed, "/document/tracking/revision_history"),
            quoted("[{'date':'2026-06-01T00:00:00Z','number':'1.0.0','summary':'Released.'}]"));
  EXPECT_EQ(at(*changed, "/document/tracking/version"), "\"1.0.0\"");
  EXPECT_EQ(at(*changed, "/document/tracking/initial_release_date"), "\"2026-06-01T00:00:00Z\"");

  changed = release(TRACKING("'status':'draft'," AT("0")));
  ASSERT_TRUE(changed);
  EXPECT_EQ(notes_of(*changed), "");
  EXPECT_EQ(at(*changed, "/document/tracking/version"), "\"1\"");

  changed = release(
      TRACKING("'status':'draft','version':'1.1.0-rc.2','revision_history':[" ITEM("1.0.0") "," ITEM("1.1.0") "]"));
  ASSERT_TRUE(changed);
  EXPECT_EQ(notes_of(*changed), "");
  EXPECT_EQ(at(*changed, "/document/tracking/version"), "\"1.1.0\"");
  EXPECT_EQ(at(*changed, "/document/tracking/revision_history/1"),
            quoted("{'date':'2026-06-01T00:00:00Z','number':'1.1.0','summary':'Before.\\nReleased.'}"));
  EXPECT_EQ(at(*changed, "/document/tracking/revision_history/2"), "");
  // Not its first release.
  EXPECT_EQ(at(*changed, "/document/tracking/initial_release_date"), "\"2024-03-01T10:00:00Z\"");
}

#define ORIGINAL                                                                                                  \
  "{'document':{'publisher':{'contact':{'details':'Call us'}},'references':[{'category':'self','summary':'Page'," \
  "'url':'https://lantern.example/page'},{'category':'self','summary':'This','url':"                              \
  "'https://lantern.example/lw-2024-01.json'}]}}"

TEST(Modify, ByAnotherIssuerIsAnotherDocument) {
  const auto changed =
      modify(testing::document("2.1", ORIGINAL), {.header = {.publisher_name = "Grid CERT",
                                                             .publisher_namespace = "https://cert.grid.example",
                                                             .publisher_category = "multiplier"},
                                                  .tracking_id_prefix = "GC-",
                                                  .revision = revision()});
  ASSERT_TRUE(changed) << changed.error().to_string();
  EXPECT_TRUE(changed->is_good());
  EXPECT_EQ(at(*changed, "/document/tracking/id"), "\"GC-LW-2024-01\"");
  EXPECT_EQ(at(*changed, "/document/references/0"),
            quoted("{'category':'external','summary':'Original: LW-2024-01','url':"
                   "'https://lantern.example/lw-2024-01.json'}"));
  EXPECT_EQ(at(*changed, "/document/references/2/category"), "\"external\"");
  EXPECT_EQ(at(*changed, "/document/publisher"),
            quoted("{'category':'multiplier','name':'Grid CERT','namespace':'https://cert.grid.example'}"));
  EXPECT_THAT(notes_of(*changed),
              ::testing::HasSubstr("/document/publisher/contact this was the original publisher's"));
  EXPECT_THAT(notes_of(*changed), ::testing::HasSubstr("/document/references/1/category the reference leads"));
}

TEST(Modify, WarnsOfAnIdThatLooksLikeATranslation) {
  const auto changed = patched(testing::document("2.1", ORIGINAL), TITLE, {.tracking_id = "LW-2024-01-b"});
  ASSERT_TRUE(changed);
  EXPECT_THAT(notes_of(*changed), ::testing::HasSubstr("begins with the original's id"));
}

struct Refusal {
  std::string_view name, patch;
  std::string_view where, message;
};
void PrintTo(const Refusal& each, std::ostream* out) { *out << each.name; }
constexpr Refusal kRefusals[] = {
    {"Nothing", "[]", "", "nothing changes"},
    {"TheSame", REPLACE("/document/title", "'Lamp stays on'"), "", "nothing changes"},
    {"BadPatch", REMOVE("/document/nothing"), "/0/path", "there is no /document/nothing"},
    {"Version", REPLACE("/document/tracking/version", "'7'"), "/document/tracking/version",
     "follows from the revision"},
    {"Id", REPLACE("/document/tracking/id", "'X'"), "/document/tracking/id", "from an option"},
    {"Status", REPLACE("/document/tracking/status", "'draft'"), "/document/tracking/status", "from an option"},
    {"Date", REMOVE("/document/tracking/current_release_date"), "/document/tracking/current_release_date",
     "follows from the revision"},
    {"Tracking", REMOVE("/document/tracking"), "/document/tracking/current_release_date", "follows"},
    {"Document", REPLACE("/document", "1"), "/document/tracking/current_release_date", "follows"},
    {"Whole", "[{'op':'replace','path':'','value':[]}]", "/document/tracking/current_release_date", "follows"},
    {"CsafVersion", REPLACE("/document/csaf_version", "'2.0'"), "/document/csaf_version", "conversion"},
    {"Publisher", REPLACE("/document/publisher", "[]"), "/document/publisher", "takes away"},
    {"History", REPLACE("/document/tracking/revision_history", "{}"), "/document/tracking/revision_history",
     "array of revisions"},
    {"HistoryOfOther", REPLACE("/document/tracking/revision_history", "[5]"),
     "/document/tracking/revision_history/0/number", "has no number"},
    {"Translator", REPLACE("/document/publisher/category", "'translator'"), "/document/publisher/category",
     "only a translation"},
    {"SourceLang", ADD("/document/source_lang", "'de'"), "/document/source_lang", "only a translation"},
};

class ModifyBad : public ::testing::TestWithParam<Refusal> {};
TEST_P(ModifyBad, IsRefused) {
  const auto& each = GetParam();
  const auto changed = patched(testing::document("2.1", "{}"), each.patch);
  ASSERT_FALSE(changed) << notes_of(*changed);
  EXPECT_EQ(changed.error().code, Error::Code::invalid_input);
  EXPECT_EQ(changed.error().where, each.where);
  EXPECT_THAT(changed.error().message, ::testing::HasSubstr(std::string{each.message}));
}
INSTANTIATE_TEST_SUITE_P(Csaf, ModifyBad, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Modify, WithOptionsThatDoNotFitIsRefused) {
  const auto source = testing::document("2.1", "{}");
  const HeaderFacts other{.title = "T", .publisher_namespace = "https://cert.grid.example"};
  EXPECT_THAT(modify(source, {.header = other, .revision = revision()}).error().message,
              ::testing::HasSubstr("an id of its own"));
  EXPECT_THAT(modify(source, {.header = other, .tracking_id = "GC-1", .revision = revision()}).error().message,
              ::testing::HasSubstr("by which URL"));
  EXPECT_THAT(
      modify(testing::document("2.1", ORIGINAL), {.header = other, .tracking_id = "LW-2024-01", .revision = revision()})
          .error()
          .message,
      ::testing::HasSubstr("is the original's id"));
  EXPECT_THAT(modify(source, {.header = other, .revision = {}}).error().message, ::testing::HasSubstr("summary"));
  EXPECT_TRUE(modify(
      source,
      {.header = other, .tracking_id = "GC-1", .original_url = "https://lantern.example/x", .revision = revision()}));
  EXPECT_FALSE(modify("{}", {.header = other, .revision = revision()}));
}

TEST(Modify, WarnsOfExtensionsThatItDoesNotKnow) {
  const auto changed =
      patched(testing::document(
                  "2.1",
                  "{'document':{'x_extensions':[{'$schema':'https://lantern.example/csaf/extension/lamp_1.0.0.json'"
                  ",'category':'critical','content':{'a':1}}]}}"),
              TITLE);
  ASSERT_TRUE(changed);
  EXPECT_THAT(notes_of(*changed),
              ::testing::HasSubstr("warning /document/x_extensions/0 the critical extension "
                                   "https://lantern.example/csaf/extension/lamp_1.0.0.json is not known here"));
  EXPECT_EQ(at(*changed, "/document/x_extensions/0/content"), "{\"a\":1}");
}

TEST(Modify, TellsWhatTheResultFails) {
  const auto changed = patched(testing::document("2.1", FULL), REMOVE("/product_tree"));
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->is_good());
  EXPECT_THAT(notes_of(*changed), ::testing::HasSubstr("error /vulnerabilities/0/product_status/fixed/0 the result is "
                                                       "not valid (6.1.1)"));
}

TEST(Modify, OfRealDocumentsIsValid) {
  int seen = 0;
  const bool present =
      testing::for_each_file("csaf/cisa-ot-2017-2022.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (!name.ends_with(".json") || ++seen % 40 != 0) return;
        Validator validator;
        if (!validator.validate(bytes).is_valid()) return;
        const auto changed = patched(bytes, TITLE);
        ASSERT_TRUE(changed) << name << " " << changed.error().to_string();
        EXPECT_TRUE(changed->is_good()) << name << "\n" << notes_of(*changed);
        EXPECT_TRUE(validator.validate(json::write_pretty(changed->document)).is_valid()) << name;
      });
  if (!present) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  EXPECT_GT(seen, 1000);
}

TranslateOptions translation() {
  return {.lang = "de",
          .source_lang = "en",
          .texts = {{"/document/title", "Lampe bleibt an"}},
          .tracking_id = {},
          .publisher_name = "Übersetzer",
          .publisher_namespace = "https://uebersetzer.example",
          .by_publisher = false,
          .original_url = "https://lantern.example/lw-2024-01.json",
          .now = kLater,
          .engine = {"Test", "1.0"}};
}

TEST(Translate, MakesTheFrame) {
  for (const auto* version : {"2.0", "2.1"}) {
    const auto changed = translate(testing::document(version, "{}"), translation());
    ASSERT_TRUE(changed) << changed.error().to_string();
    EXPECT_EQ(notes_of(*changed), "");
    EXPECT_EQ(at(*changed, "/document/title"), "\"Lampe bleibt an\"");
    EXPECT_EQ(at(*changed, "/document/lang"), "\"de\"");
    EXPECT_EQ(at(*changed, "/document/source_lang"), "\"en\"");
    EXPECT_EQ(at(*changed, "/document/tracking/id"), "\"LW-2024-01-de\"");
    EXPECT_EQ(at(*changed, "/document/tracking/version"), "\"1\"");
    EXPECT_EQ(at(*changed, "/document/tracking/generator"), "");
    EXPECT_EQ(at(*changed, "/document/publisher"),
              quoted("{'category':'translator','name':'Übersetzer','namespace':'https://uebersetzer.example'}"));
    EXPECT_EQ(at(*changed, "/document/references/0/url"), "\"https://lantern.example/lw-2024-01.json\"");
  }
}

TEST(Translate, ByThePublisherKeepsThePublisher) {
  auto options = translation();
  options.by_publisher = true;
  options.source_lang.clear();
  options.original_url.clear();
  options.tracking_id = "LW-2024-01-G";
  const auto changed = translate(
      testing::document("2.1",
                        "{'document':{'lang':'en','tracking':{'generator':{'engine':{'name':'X'}}},'references':"
                        "[{'category':'self','summary':'x','url':'https://lantern.example/a'}]}}"),
      options);
  ASSERT_TRUE(changed) << changed.error().to_string();
  EXPECT_TRUE(changed->is_good()) << notes_of(*changed);
  EXPECT_EQ(at(*changed, "/document/publisher/category"), "\"vendor\"");
  EXPECT_EQ(at(*changed, "/document/tracking/id"), "\"LW-2024-01-G\"");
  EXPECT_EQ(at(*changed, "/document/tracking/generator/engine/name"), "\"Test\"");
  EXPECT_EQ(at(*changed, "/document/references/1/url"), "\"https://lantern.example/a\"");
}

TEST(Translate, WithOptionsThatDoNotFitIsRefused) {
  const auto refused = [](auto change) {
    auto options = translation();
    change(options);
    const auto changed = translate(testing::document("2.1", "{}"), options);
    return changed ? "" : changed.error().to_string();
  };
  using O = TranslateOptions;
  EXPECT_EQ(refused([](O&) {}), "");
  EXPECT_THAT(refused([](O& o) { o.lang = "x y"; }), ::testing::Not(""));
  EXPECT_THAT(refused([](O& o) { o.lang = "EN"; }), ::testing::HasSubstr("in en already"));
  EXPECT_THAT(refused([](O& o) { o.source_lang = ""; }), ::testing::HasSubstr("translated from"));
  EXPECT_THAT(refused([](O& o) { o.publisher_name = ""; }), ::testing::HasSubstr("who translated"));
  EXPECT_THAT(refused([](O& o) { o.original_url = ""; }), ::testing::HasSubstr("by which URL"));
  EXPECT_THAT(refused([](O& o) { o.tracking_id = "LW-2024-01"; }), ::testing::HasSubstr("original's id"));
  EXPECT_THAT(refused([](O& o) { o.texts.clear(); }), ::testing::HasSubstr("one translated text"));
  for (const auto* pointer : {"/document/nothing", "/document", "/document/tracking/id", "/document/lang", "", "title",
                              "/document/publisher/name", "/document/tracking/revision_history/0/number"}) {
    EXPECT_THAT(refused([&](O& o) { o.texts = {{pointer, "x"}}; }), ::testing::HasSubstr("no text stands here"))
        << pointer;
  }
  EXPECT_THAT(refused([](O& o) { o.texts = {{"/document/title", ""}}; }), ::testing::HasSubstr("is empty"));
  EXPECT_EQ(refused([](O& o) { o.texts = {{"/document/tracking/revision_history/0/summary", "Erste"}}; }), "");
  EXPECT_EQ(translate(testing::document("2.1", "{'document':{'lang':'fr'}}"), translation()).error().code,
            Error::Code::conflict);
}

}  // namespace
}  // namespace tocsin::formats::csaf
