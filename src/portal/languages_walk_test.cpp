#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <re2/re2.h>
#include <unistd.h>

#include "base/po.hpp"
#include "base/text.hpp"
#include "engine/cases/cases.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/manage/comments.hpp"
#include "portal/html/template.hpp"
#include "portal/languages.hpp"
#include "portal/members_fixture.hpp"
#include "portal/testing/other_catalogue.hpp"

/// Walks the pages with a catalogue whose every translation stands in brackets: what stands outside them was forgotten.
namespace tocsin::portal {
namespace {

using testing::As;

constexpr std::string_view kOpen = "⟦", kClose = "⟧";
constexpr std::string_view kSpanish = "Accept: text/html\r\nAccept-Language: es\r\n";

/// "⟦Nobody of ⟧{}⟦ is here⟧": what fills a hole stands outside, and has to be translated or data itself.
std::string bracketed(std::string_view text) {
  std::string out{kOpen};
  bool in_tag = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<' && i + 1 < text.size() &&
        (std::isalpha(static_cast<unsigned char>(text[i + 1])) || text[i + 1] == '/'))
      in_tag = true;
    if (c == '{' && text.substr(i, 2) != "{{" && !in_tag) {
      const auto end = text.find('}', i);
      out.append(kClose).append(text.substr(i, end - i + 1)).append(kOpen);
      i = end;
      continue;
    }
    if (c == '{' || c == '}') {  // Of a pair, or in a tag.
      out += c;
      if (i + 1 < text.size() && text[i + 1] == c && !in_tag) out += text[++i];
      continue;
    }
    if (c == '>') in_tag = false;
    out += c;
  }
  return out.append(kClose);
}

std::string pseudo_catalogue() {
  load_languages();  // With the names of tables.
  auto items = po::read(messages::update({}, Language::es)).value();
  for (auto& item : items) {
    if (item.id.empty()) continue;
    item.text = {bracketed(item.id)};
    if (!item.plural.empty()) item.text.push_back(bracketed(item.plural));
  }
  return po::write(items);
}

/// Letters of a document's prose become Greek ones: what is data shows by that.
std::string greek(std::string_view json) {
  static const re2::RE2 kProse{
      R"re("(title|text|summary|details|name|issuing_authority|contact_details)":\s*"((?:[^"\\]|\\.)*)")re"};
  std::string out;
  std::string_view rest = json;
  re2::StringPiece input{rest.data(), rest.size()};
  const char* at = rest.data();
  re2::StringPiece name, content;
  while (re2::RE2::FindAndConsume(&input, kProse, &name, &content)) {
    out.append(at, content.data());
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (content[i] == '\\') {
        out.append(content.data() + i, 2);
        ++i;
      } else if (std::isalpha(static_cast<unsigned char>(content[i]))) {
        out += "λ";
      } else {
        out += content[i];
      }
    }
    at = content.data() + content.size();
  }
  return out.append(at, rest.data() + rest.size());
}

/// What a reader reads of a page: texts between tags, and of attributes, outside of brackets.
std::vector<std::string> unmarked(std::string_view page) {
  static const re2::RE2 kSilent{
      R"re((?is)<(script|style|code|pre|svg|time|textarea|head)\b.*?</(script|style|code|pre|svg|time|textarea|head)>|<!--.*?-->)re"};
  static const re2::RE2 kSpoken{R"re((?:title|aria-label|placeholder|data-label|data-copy-label|alt)="([^"]*)")re"};
  // An address, a mail address, a file, a number of a catalogue, a label, a format, a language's own name.
  static const re2::RE2 kData{
      R"re(ATT&amp;CK|(https?://|/|mailto:)[\w./?=&;%:+-]+|[\w.-]+@[\w.-]+|\b\w+(\.\w+)+\b|&#?\w+;|\b[A-Z0-9]+-[\w-]*\d[\w-]*|TLP(:[A-Z+]+)?|AMBER(\+STRICT)?|CLEAR|GREEN|RED|\b(CERT|CSAF|CVE|CWE|CVSS|EPSS|KEV|SSVC|JSON|API|UTC|Atom|OpenPGP|OpenAPI|SHA-512|RFC|ASCII|XML|HTML|PDF|CSV|XLSX|VEX|CycloneDX|ROLIE|OASIS|CISA|FIRST|NVD|MITRE|Tocsin|Deutsch|English|Español)\b)re"};
  // What says of itself that it is English: documents, the API's descriptions, what the formats room explains.
  static const re2::RE2 kEnglish{
      R"re((?is)<article [^>]*lang="en".*?</article>|<(td|th|dd|dt|p|li) [^>]*lang="en"[^>]*>.*?</(td|th|dd|dt|p|li)>)re"};
  std::string text{page};
  re2::RE2::GlobalReplace(&text, kEnglish, " ");
  re2::RE2::GlobalReplace(&text, kSilent, " ");
  std::vector<std::string> found;
  std::string all;
  re2::StringPiece input{text};
  std::string value;
  while (re2::RE2::FindAndConsume(&input, kSpoken, &value)) all += value + "\n";
  bool in_tag = false;
  for (const char c : text) {
    if (c == '<') {
      in_tag = true;
      all += '\n';
    } else if (c == '>') {
      in_tag = false;
    } else if (!in_tag) {
      all += c;
    }
  }
  // Brackets are within one text node or go over several; a line is a node.
  int depth = 0;
  std::string line;
  // Whole lines that are data: examples of filters and objects of the audit log, hashes, order numbers, time zones,
  // scopes of tokens, names of cookies, keys of the example's OpenPGP key, people of the demonstration.
  static const re2::RE2 kDataLine{
      R"re(-?\w+(:|&gt;=).*|-rejected.*|[0-9a-f]{12,}…?|[0-9A-Z]+-[0-9A-Z-]+|6ES7515\*|siemens overflow|&quot;buffer overflow&quot;|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/.*|machine|nobody|console|Water works|asset-owner|audit|read|publish|manage-members|manage-cases|write-records|read-inventory|write-inventory|in_progress|tocsin-form|tocsintocsin-half|Traffic Light Protocol|All threat knowledge|Every STIX object that the asker may see|Ines Albrecht.*)re"};
  const auto end_line = [&] {
    const std::string whole{text::trim(line)};
    auto rest = line;
    re2::RE2::GlobalReplace(&rest, kData, " ");
    if (!re2::RE2::FullMatch(whole, kDataLine) && re2::RE2::PartialMatch(rest, "[A-Za-z]{2,}"))
      found.emplace_back(text::trim(line));
    line.clear();
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view here{all.data() + i, all.size() - i};
    if (here.starts_with(kOpen)) {
      ++depth;
      i += kOpen.size() - 1;
    } else if (here.starts_with(kClose)) {
      --depth;
      i += kClose.size() - 1;
    } else if (all[i] == '\n') {
      end_line();
    } else if (depth == 0) {
      line += all[i];
    }
  }
  end_line();
  return found;
}

class LanguagesWalk : public testing::MemberPortalTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path{::testing::TempDir()} / fmt::format("walk-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    for (const auto& file : std::filesystem::directory_iterator{TOCSIN_SOURCE_DIR "/demo/advisories"}) {
      std::stringstream text;
      text << std::ifstream{file.path()}.rdbuf();
      std::ofstream{folder_ / file.path().filename()} << greek(text.str());
    }
    MemberPortalTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // Names that people gave are data.
    run(store::Sql{"UPDATE person SET name = 'Ω' || id"});
    run(store::Sql{"UPDATE organisation SET name = 'Σ' || id, folded_name = 'σ' || id WHERE id > 1"});
    run(store::Sql{"UPDATE organisation SET name = 'Σ', folded_name = 'σ' WHERE id = 1"});
    const auto community = engine::members::create_community(
        database(), console_, {.uuid = {}, .name = "Ψ", .description = "ψ", .members_hidden = false}, clock_.now());
    ASSERT_TRUE(community) << community.error().to_string();
    const auto opened = engine::cases::open_case(database(), console_, {.title = "Ψ"}, clock_.now());
    ASSERT_TRUE(opened) << opened.error().to_string();
    case_ = *opened;
    equip();
  }
  /// An inventory with everything that its pages show; its texts are data.
  void equip() {
    auto owner = console_;
    owner.viewer.organisation = water_;
    owner.viewer.person = people_[As::water_administrator];
    formats::inventory::Item item;
    item.name = "Ωμ";
    item.model = "7HW1710-1AB00-0XA0";
    item.versions = {{"", "2.8"}};
    item.site = item.zone = item.criticality = "Σ";
    ASSERT_TRUE(engine::inventory::add(database(), owner, item, clock_.now()));
    engine::exposure::Runs runs{database()};
    ASSERT_TRUE(runs.all(clock_));
    ASSERT_TRUE(engine::exposure::Deciding{database()}.all(clock_));
    // A table of its own, with every kind of outcome.
    const auto& table = engine::exposure::Rules::built_in("ot").table();
    std::vector<std::string> outcomes;
    for (std::size_t i = 0; i < table.outcomes.size(); ++i) outcomes.push_back(table.outcome.values[i % 4].key);
    const auto choice = engine::exposure::with_outcomes({}, outcomes);
    ASSERT_TRUE(choice);
    ASSERT_TRUE(engine::exposure::set_table(database(), owner, {.base = "cisa"}, "Σ", {}, clock_.now()));
    ASSERT_TRUE(engine::exposure::set_table(database(), owner, *choice, "Σ", {}, clock_.now()));
    const auto access = engine::inventory::access(database(), owner, {}, clock_.now()).value();
    auto viewer = owner;
    viewer.console = false;
    viewer.viewer.roles = {domain::Role::organisation_administrator};
    const auto matches = engine::exposure::list(database(), viewer, access, {}, clock_.now()).value();
    ASSERT_FALSE(matches.rows.empty());
    ASSERT_TRUE(
        engine::exposure::set_state(database(), viewer, {{matches.rows[0].match.asset, matches.rows[0].match.record}},
                                    {.state = domain::RemediationState::in_progress, .evidence = "Σ"}, clock_.now()));
    ASSERT_TRUE(engine::inventory::grant(database(), owner, "Σ", "Σ", clock_.now()));
    const auto upload = engine::inventory::keep_upload(database(), owner, "Σ", "Σ;Ω\nΩ;1\n", clock_.now());
    ASSERT_TRUE(upload);
    upload_ = *upload;
    const auto record = number(store::Sql{"SELECT id FROM record WHERE slug = 'TDC-2025-001'"});
    for (const auto* text : {"Σω", "Ωσ"}) {
      const auto comment =
          engine::manage::add_comment(database(), viewer, domain::RecordId{record}, text, false, clock_.now());
      ASSERT_TRUE(comment) << comment.error().to_string();
      comment_ = *comment;
    }
  }
  void TearDown() override {
    MemberPortalTest::TearDown();
    std::filesystem::remove_all(folder_);
  }
  std::string documents() const override { return folder_.string(); }

  /// Parameters of addresses by name.
  std::string address_of(std::string pattern) {
    const std::pair<std::string_view, std::string> values[] = {
        {"{community}", std::to_string(number(store::Sql{"SELECT MAX(id) FROM community"}))},
        {"{organisation}", std::to_string(water_.value)},
        {"{person}", std::to_string(people_[As::water_member].value)},
        {"{case}", case_},
        {"{entry}", "1"},
        {"{asset}", "1"},
        {"{upload}", upload_},
        {"{version}", "1"},
        {"{comment}", comment_},
        {"{revision}", "1"},
        {"{secret}", "nobodys"},
        {"{product}", "nothing"},
        {"{id}", pattern.starts_with("/vulnerabilities") ? "CVE-1900-0101" : "TDC-2025-001"},
        {"{vendor}", "nobody"}};
    for (const auto& [name, value] : values) {
      if (const auto at = pattern.find(name); at != std::string::npos) pattern.replace(at, name.size(), value);
    }
    return pattern;
  }

 private:
  std::string case_;
  std::filesystem::path folder_;
  std::string upload_, comment_;
};

TEST_P(LanguagesWalk, EveryTextOfEveryPageIsAMessage) {
  if (GetParam() != store::Dialect::sqlite) GTEST_SKIP() << "the texts are the same on both databases";
  const testing::OtherCatalogue pseudo{Language::es, pseudo_catalogue()};
  start();
  std::map<std::string, std::string> forgotten;  // Text and where it stands.
  int pages = 0;
  const auto router = app().routes();
  for (const auto& route : router.routes()) {
    if (route->method != http::Method::get || route->pattern.starts_with("/api/") || route->pattern.ends_with("...}") ||
        route->pattern == "/live") {
      continue;
    }
    const auto address = address_of(route->pattern);
    for (const auto who :
         {As::administrator, As::coordinator, As::auditor, As::water_administrator, As::water_member, As::visitor}) {
      const auto reply = get_as(who, address, kSpanish);
      if (!reply.header("content-type").starts_with("text/html")) continue;
      ++pages;
      for (auto& text : unmarked(reply.body)) forgotten.try_emplace(std::move(text), route->pattern);
    }
  }
  EXPECT_GT(pages, 100);
  std::string report;
  for (const auto& [text, where] : forgotten) report += fmt::format("\n  {}: {}", where, text.substr(0, 120));
  EXPECT_TRUE(forgotten.empty()) << forgotten.size() << report;
  finish();
}

TOCSIN_ON_BOTH_DATABASES(LanguagesWalk);

}  // namespace
}  // namespace tocsin::portal
