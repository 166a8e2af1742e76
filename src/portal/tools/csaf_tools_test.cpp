#include <fstream>
#include <tuple>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "portal/members_fixture.hpp"
#include "portal/tools/conversion.hpp"
#include "portal/tools/limit.hpp"

namespace tocsin::portal::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string read(const std::string& path) {
  std::ifstream file{TOCSIN_SOURCE_DIR "/" + path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}
std::string demo(int version = 3) { return read(fmt::format("demo/advisories/tdc-2025-001-v{}.json", version)); }
std::string full_2_1() { return read("src/formats/csaf/testdata/full-2.1.json"); }

TEST(Conversion, EveryFormHasItsNames) {
  for (const auto form : all_forms()) {
    EXPECT_EQ(parse_form(to_string(form)), form);
    EXPECT_FALSE(label_of(form).empty());
    EXPECT_FALSE(media_type_of(form).empty());
  }
  EXPECT_FALSE(parse_form("CSAF-2.1"));
}

TEST(Conversion, GivesADocumentOfEveryFormWithItsFileName) {
  const std::pair<Form, std::string_view> kNames[] = {{Form::csaf_2_1, "tdc-2025-001.json"},
                                                      {Form::openvex, "tdc-2025-001.openvex.json"},
                                                      {Form::cyclonedx_vex, "tdc-2025-001.cdx.json"},
                                                      {Form::html, "tdc-2025-001.html"},
                                                      {Form::pdf, "tdc-2025-001.pdf"},
                                                      {Form::markdown, "tdc-2025-001.md"},
                                                      {Form::text, "tdc-2025-001.txt"}};
  for (const auto& [form, name] : kNames) {
    const auto converted = convert(demo(), form, {.pages_max = 100});
    ASSERT_TRUE(converted) << to_string(form) << converted.error().message;
    EXPECT_TRUE(converted->is_good()) << to_string(form);
    EXPECT_EQ(converted->file_name, name);
    EXPECT_FALSE(converted->bytes.empty());
  }
  EXPECT_FALSE(convert(demo(), Form::csaf_2_0, {})) << "it is 2.0 already";
  EXPECT_FALSE(convert("{\"bomFormat\":\"CycloneDX\"}", Form::markdown, {}));
}

class CsafTools : public portal::testing::MembersTest {
 protected:
  boost::json::value ask(std::string_view target, std::string_view body, int status = 200) {
    const auto reply = post(target, body);
    EXPECT_EQ(reply.status, status) << reply.body;
    const auto parsed = json::parse(reply.body);
    EXPECT_TRUE(parsed) << reply.body;
    return parsed ? boost::json::value(parsed->root(), boost::json::storage_ptr()) : boost::json::value{};
  }
  static std::string part(std::string_view disposition, std::string_view content) {
    return fmt::format("--XX\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n", disposition, content);
  }
  static http::testing::Reply send_form(portal::testing::Browser& browser, const std::string& parts) {
    return browser.send("POST", "/tools/csaf", part("name=\"csrf\"", browser.csrf) + parts + "--XX--\r\n",
                        "multipart/form-data; boundary=XX");
  }
};

TEST_P(CsafTools, FindingsSpeakTheReadersLanguageAndEnglishToPrograms) {
  constexpr std::string_view kEmpty = R"({"document":{"csaf_version":"2.0"}})";
  portal::testing::Browser reader{running().port()};
  reader.get("/tools/csaf");
  const auto parts = part("name=\"document\"", kEmpty) + part("name=\"mode\"", "basic") + part("name=\"do\"", "check");
  EXPECT_THAT(send_form(reader, parts).body, HasSubstr("This member is required"));
  reader.cookies["tocsin-language"] = "de";
  EXPECT_THAT(send_form(reader, parts).body, HasSubstr("Dieses Mitglied ist erforderlich"));
  const auto program = ask("/api/v1/csaf/validate",
                           fmt::format(R"({{"tests":[{{"type":"preset","name":"basic"}}],"document":{}}})", kEmpty));
  EXPECT_THAT(json::write(program), HasSubstr("\"this member is required\""));
}

TEST_P(CsafTools, NotesOfAConversionSpeakTheReadersLanguage) {
  portal::testing::Browser reader{running().port()};
  reader.get("/tools/csaf");
  const auto parts =
      part("name=\"document\"", full_2_1()) + part("name=\"to\"", "csaf-2.0") + part("name=\"do\"", "show");
  EXPECT_THAT(send_form(reader, parts).body, HasSubstr(">Lost: "));
  for (const auto& [language, lost, told] :
       {std::tuple{"de", ">Verloren: ", "Etwas davon hat in dieser Form keinen Platz"},
        {"es", ">Se pierde: ", "Algo de ello no tiene cabida"}}) {
    reader.cookies["tocsin-language"] = language;
    const auto page = send_form(reader, parts).body;
    EXPECT_THAT(page, HasSubstr(lost)) << language;
    EXPECT_THAT(page, HasSubstr(told)) << "what was lost is known by its kind, not by its words";
    EXPECT_THAT(page, Not(HasSubstr(">Lost: "))) << language;
  }
}

TEST_P(CsafTools, ConvertAnswersTheDocumentItself) {
  const auto reply = post("/api/v1/csaf/convert?to=csaf-2.1", demo());
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("content-type"), "application/json");
  EXPECT_EQ(reply.header("content-disposition"), "attachment; filename=\"tdc-2025-001.json\"");
  EXPECT_EQ(reply.header("tocsin-losses"), "0");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  const auto parsed = json::parse(reply.body);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->root().at("document").at("csaf_version"), "2.1");
  // The same as the command line's.
  EXPECT_EQ(reply.body, convert(demo(), Form::csaf_2_1, {.csaf = {.now = clock_.now()}})->bytes);
}

TEST_P(CsafTools, EveryFormHasItsMediaType) {
  for (const auto form : all_forms()) {
    const auto source = form == Form::csaf_2_0 ? full_2_1() : demo();
    const auto reply = post(fmt::format("/api/v1/csaf/convert?to={}", to_string(form)), source);
    EXPECT_EQ(reply.status, 200) << to_string(form) << reply.body;
    EXPECT_EQ(reply.header("content-type"), media_type_of(form));
    EXPECT_THAT(reply.header("content-disposition"), HasSubstr("attachment; "));
  }
}

TEST_P(CsafTools, LossesAreCountedListedAndRefused) {
  const auto plain = post("/api/v1/csaf/convert?to=csaf-2.0", full_2_1());
  ASSERT_EQ(plain.status, 200) << plain.body;
  const auto lost = std::stoi(std::string{plain.header("tocsin-losses")});
  EXPECT_GT(lost, 0);
  const auto wrapped = ask("/api/v1/csaf/convert?to=csaf-2.0&wrap=true", full_2_1());
  EXPECT_FALSE(wrapped.at("lossless").get_bool());
  EXPECT_TRUE(wrapped.at("valid").get_bool());
  EXPECT_EQ(wrapped.at("document").at("document").at("csaf_version"), "2.0");
  EXPECT_EQ(
      std::ranges::count_if(wrapped.at("notes").as_array(),
                            [](const auto& note) { return json::string_at(note, "message").starts_with("lost: "); }),
      lost);
  const auto refused = ask("/api/v1/csaf/convert?to=csaf-2.0&lossless=true", full_2_1(), 400);
  EXPECT_THAT(json::string_at(refused, "detail"), HasSubstr("lost: "));
}

TEST_P(CsafTools, WhatWouldNotBeValidIsRefusedOrWrapped) {
  auto root = boost::json::parse(demo());
  // Structurally right, but a threat for a product that is none (6.1.1).
  root.at("vulnerabilities").at(0).as_object()["threats"] =
      boost::json::parse(R"([{"category":"impact","details":"x","product_ids":["NONE"]}])");
  const auto document = json::write(root);
  const auto refused = ask("/api/v1/csaf/convert?to=csaf-2.1", document, 400);
  EXPECT_THAT(json::string_at(refused, "detail"), HasSubstr("wrap=true"));
  EXPECT_FALSE(ask("/api/v1/csaf/convert?to=csaf-2.1&wrap=true", document).at("valid").get_bool());
}

TEST_P(CsafTools, BadRequestsSayWhatWouldBeRight) {
  const std::pair<std::string, std::string> kBad[] = {{"/api/v1/csaf/convert", "to"},
                                                      {"/api/v1/csaf/convert?to=docx", "to"},
                                                      {"/api/v1/csaf/convert?to=text&wrap=1", "wrap"},
                                                      {"/api/v1/csaf/convert?to=text&cvss_v3=4", "cvss_v3"},
                                                      {"/api/v1/csaf/convert?to=text&too=1", "too"}};
  for (const auto& [target, where] : kBad) {
    EXPECT_EQ(json::string_at(ask(target, demo(), 400), "where"), where) << target;
  }
  for (const auto* body : {"", "{", "[]", "{}", "\xff\xfe{", "<x/>"}) {
    ask("/api/v1/csaf/convert?to=markdown", body, 400);
    ask("/api/v1/csaf/compare", body, 400);
  }
  const auto answer = ask("/api/v1/csaf/compare", fmt::format(R"({{"before":{},"after":{{}}}})", demo()), 400);
  EXPECT_EQ(json::string_at(answer, "where"), "/after");
}

TEST_P(CsafTools, CompareTellsWhatMatters) {
  const auto answer = ask("/api/v1/csaf/compare", fmt::format(R"({{"before":{},"after":{}}})", demo(1), demo(3)));
  EXPECT_EQ(answer.at("before").at("id"), "TDC-2025-001");
  EXPECT_NE(answer.at("before").at("version"), answer.at("after").at("version"));
  EXPECT_FALSE(answer.at("changes").as_array().empty());
  EXPECT_TRUE(answer.at("matters_to_owners").get_bool());
  const auto same = ask("/api/v1/csaf/compare", fmt::format(R"({{"before":{0},"after":{0}}})", demo()));
  EXPECT_TRUE(same.at("changes").as_array().empty());
}

TEST(Turns, AreForOneAtATime) {
  Turns turns;
  auto first = turns.take();
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(turns.take(), nullptr);
  EXPECT_EQ(turns.take(), nullptr) << "who was sent away ends nobody's turn";
  first.reset();
  EXPECT_NE(turns.take(), nullptr);
  EXPECT_NE(turns.take(), nullptr) << "whoever does not keep it has had it";
}

TEST_P(CsafTools, NobodyGetsMoreThanTheirShare) {
  std::int64_t answered = 0;
  for (; answered < 2 * Limit::kRate.burst; ++answered) {
    const auto reply = post("/api/v1/csaf/convert?to=text", demo());
    if (reply.status == 200) continue;
    EXPECT_EQ(reply.status, 429);
    EXPECT_FALSE(reply.header("retry-after").empty());
    break;
  }
  EXPECT_EQ(answered, Limit::kRate.burst);
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  EXPECT_EQ(browser.post("/tools/csaf", {{"document", "{}"}, {"do", "check"}}).status, 429);
  clock_.advance(std::chrono::minutes{10});
  EXPECT_EQ(post("/api/v1/csaf/convert?to=text", demo()).status, 200);
}

TEST_P(CsafTools, ThePageIsForEverybody) {
  const auto page = get("/tools/csaf", "Accept: text/html\r\n");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("enctype=\"multipart/form-data\""));
  EXPECT_THAT(page.body, HasSubstr("type=\"file\""));
  EXPECT_EQ(page.body.find("Not valid"), std::string::npos);
}

TEST_P(CsafTools, ChecksWhatIsPastedByGroup) {
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  const auto good = send_form(
      browser, part("name=\"document\"", demo()) + part("name=\"mode\"", "full") + part("name=\"do\"", "check"));
  EXPECT_EQ(good.status, 200) << good.body;
  EXPECT_THAT(good.body, HasSubstr(">Valid</h2>"));
  EXPECT_THAT(good.body, HasSubstr("CSAF 2.0 advisory"));
  EXPECT_THAT(good.body, HasSubstr("&quot;TDC-2025-001&quot;")) << "the document comes back into the form";

  const auto bad =
      send_form(browser, part("name=\"document\"", R"({"document":{"csaf_version":"2.0","title":"<b>"}})") +
                             part("name=\"mode\"", "basic") + part("name=\"do\"", "check"));
  EXPECT_THAT(bad.body, HasSubstr(">Not valid</h2>"));
  EXPECT_THAT(bad.body, HasSubstr("/document/tracking"));
  EXPECT_THAT(bad.body, Not(HasSubstr("<b>\"")));
}

TEST_P(CsafTools, ChecksFilesAndTheirNames) {
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  const auto named = send_form(browser, part("name=\"file\"; filename=\"Advisory.json\"", demo()) +
                                            part("name=\"mode\"", "extended") + part("name=\"do\"", "check"));
  EXPECT_THAT(named.body, HasSubstr(">Valid</h2>"));
  EXPECT_THAT(named.body, HasSubstr("Name it tdc-2025-001.json."));
  const auto right = send_form(browser, part("name=\"file\"; filename=\"tdc-2025-001.json\"", demo()) +
                                            part("name=\"mode\"", "extended") + part("name=\"do\"", "check"));
  EXPECT_THAT(right.body, Not(HasSubstr("Name it ")));
}

TEST_P(CsafTools, KnowsWhatLiesBesideAdvisories) {
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  const auto reply = send_form(browser, part("name=\"document\"", R"({"categories":{"category":[{"term":"PLC"}]}})") +
                                            part("name=\"do\"", "check"));
  EXPECT_THAT(reply.body, HasSubstr("ROLIE category document"));
  EXPECT_THAT(reply.body, HasSubstr(">Valid</h2>"));
}

TEST_P(CsafTools, WarnsOfExtensions) {
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  const auto reply = send_form(
      browser, part("name=\"document\"",
                    R"({"document":{"csaf_version":"2.1","x_extensions":[{"$schema":"https://a.example/a_1.0.0.json",
                                  "category":"essential","critical":false,"content":{"a":1}}]}})") +
                   part("name=\"do\"", "check"));
  EXPECT_THAT(reply.body, HasSubstr("holds 1 extension that Tocsin does not know; essential to understand it: "
                                    "https://a.example/a_1.0.0.json"));
}

TEST_P(CsafTools, ConvertsToShowAndToKeep) {
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  const auto form = [&](std::string_view to, std::string_view what) {
    return part("name=\"document\"", demo()) + part("name=\"to\"", to) + part("name=\"do\"", what);
  };
  const auto shown = send_form(browser, form("markdown", "show"));
  EXPECT_THAT(shown.body, HasSubstr("As Markdown"));
  EXPECT_THAT(shown.body, HasSubstr("tdc-2025-001.md"));
  const auto kept = send_form(browser, form("csaf-2.1", "download"));
  EXPECT_EQ(kept.header("content-disposition"), "attachment; filename=\"tdc-2025-001.json\"");
  EXPECT_TRUE(json::parse(kept.body));
  const auto refused = send_form(browser, form("csaf-2.0", "download"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("It cannot be converted: "));
  EXPECT_EQ(send_form(browser, form("docx", "show")).status, 422);
}

TEST_P(CsafTools, ComparesTwo) {
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  const auto reply = send_form(browser, part("name=\"before_file\"; filename=\"a.json\"", demo(1)) +
                                            part("name=\"after\"", demo(3)) + part("name=\"do\"", "compare"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("What changed"));
  EXPECT_THAT(reply.body, HasSubstr("TDC-2025-001 version 1 to TDC-2025-001 version 3"));
  const auto half = send_form(browser, part("name=\"before\"", demo(1)) + part("name=\"do\"", "compare"));
  EXPECT_EQ(half.status, 422);
  EXPECT_THAT(half.body, HasSubstr("Paste a document, or choose a file."));
}

TEST_P(CsafTools, HostileFormsAreRefusedInWords) {
  portal::testing::Browser browser{running().port()};
  browser.get("/tools/csaf");
  EXPECT_EQ(send_form(browser, part("name=\"do\"", "check")).status, 422) << "nothing was given";
  EXPECT_EQ(send_form(browser, part("name=\"more\"", "x")).status, 400) << "no such field";
  for (const std::string& bytes : {std::string{"\xff\xfe{\0}\0", 6}, std::string{"\0\0\0", 3}, std::string(300, '['),
                                   std::string{"{\"a\":1,\"a\":NaN}"}, std::string{"{\"document\""}}) {
    const auto reply =
        send_form(browser, part("name=\"file\"; filename=\"x.json\"", bytes) + part("name=\"do\"", "check"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, HasSubstr(">Not valid</h2>"));
  }
  const auto token = browser.csrf;
  browser.csrf = "none";
  EXPECT_EQ(send_form(browser, part("name=\"document\"", "{}")).status, 403);
  browser.csrf = token;
  EXPECT_EQ(browser.send("POST", "/tools/csaf", "--XX", "multipart/form-data; boundary=XX").status, 400);
  const std::string large(kBodyBytesMax + 1, ' ');
  EXPECT_EQ(browser.send("POST", "/tools/csaf", large, "multipart/form-data; boundary=XX").status, 413);
}

TEST_P(CsafTools, AdvisoriesHaveEveryFormThatTheReaderMaySee) {
  const auto page = get("/advisories/TDC-2025-001", "Accept: text/html\r\n").body;
  for (const auto* ending : {".csaf-2.1.json", ".openvex.json", ".cdx.json", ".md", ".txt", ".html", ".pdf"}) {
    const auto target = fmt::format("/api/v1/advisories/TDC-2025-001/document{}", ending);
    EXPECT_THAT(page, HasSubstr(target));
    EXPECT_EQ(get(target).status, 200) << target;
    EXPECT_EQ(get(fmt::format("/api/v1/advisories/NONE-1/document{}", ending)).status, 404);
  }
  EXPECT_THAT(page, Not(HasSubstr("document.csaf-2.0.json"))) << "that is what it is";
  EXPECT_EQ(get("/api/v1/advisories/TDC-2025-001/document.csaf-2.0.json").body,
            get("/api/v1/advisories/TDC-2025-001/document").body);
  EXPECT_EQ(get("/api/v1/advisories/TDC-2025-001/revisions/1/document.md").body,
            convert(demo(1), Form::markdown, {})->bytes);
}

TOCSIN_ON_BOTH_DATABASES(CsafTools);

}  // namespace
}  // namespace tocsin::portal::tools
