#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/json.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "portal/app_fixture.hpp"

/// Advisory pages over documents whose every text is hostile, and over what a reader may not see.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kMarker = "\"><img src=x onerror=alert(1)>'&";

/// Puts the marker behind every free text below a member of these names.
void poison(boost::json::value& value, bool text) {
  if (value.is_string()) {
    if (text) value.get_string().append(kMarker);
  } else if (value.is_array()) {
    for (auto& element : value.get_array()) poison(element, text);
  } else if (value.is_object()) {
    for (auto& [name, member] : value.get_object()) {
      const std::string_view key = name;
      const bool free_text = key == "title" || key == "text" || key == "name" || key == "summary" || key == "details" ||
                             key == "contact_details" || key == "issuing_authority" || key == "organization" ||
                             key == "names" || key == "model_numbers";
      poison(member, free_text && (member.is_string() || member.is_array()));
    }
  }
}

class AdvisoryPages : public testing::PortalTest {
 protected:
  /// Imports a demo document after `change`, beside the others.
  template <class Change>
  void import_changed(std::string_view name, Change change) {
    std::ifstream file(std::filesystem::path{TOCSIN_SOURCE_DIR "/demo/advisories"} / name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const auto parsed = json::parse(text.str());
    ASSERT_TRUE(parsed.has_value());
    boost::json::value document(parsed->root(), boost::json::storage_ptr());
    change(document);
    const auto path =
        std::filesystem::path{::testing::TempDir()} / ("advisory-pages-" + std::to_string(::getpid()) + ".json");
    std::ofstream{path, std::ios::binary} << json::write(document);
    const auto summary = exchange::import_paths(database(), {path.string()}, {}, {}, clock_);
    std::filesystem::remove(path);
    ASSERT_TRUE(summary.has_value()) << summary.error().to_string();
    ASSERT_EQ(summary->created + summary->conflicting, 1);
    start();
  }
};

TEST_P(AdvisoryPages, NoTextOfADocumentBecomesMarkup) {
  import_changed("tdc-2025-001-v3.json", [](boost::json::value& document) {
    document.at("document").at("tracking").at("id") = "HOSTILE-1";
    poison(document, false);
  });
  for (const auto* target :
       {"/advisories/HOSTILE-1", "/advisories/HOSTILE-1/raw", "/advisories/HOSTILE-1/revisions",
        "/advisories/HOSTILE-1/revisions/3", "/advisories/HOSTILE-1/diff?from=3&to=3", "/advisories?q=HOSTILE-1",
        "/api/v1/advisories/HOSTILE-1/document.html", "/vulnerabilities", "/vulnerabilities/CVE-1900-0101", "/vendors",
        "/", "/feeds/advisories.atom"}) {
    const auto reply = get(target, "Accept: text/html\r\n");
    EXPECT_EQ(reply.status, 200) << target;
    EXPECT_THAT(reply.body, Not(HasSubstr("<img"))) << target;
    EXPECT_THAT(reply.body, Not(HasSubstr("\"><img"))) << target;
  }
  EXPECT_THAT(get("/advisories/HOSTILE-1", "Accept: text/html\r\n").body,
              HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
}

TEST_P(AdvisoryPages, WhatIsMarkedForFewAnswersLikeWhatIsNotThere) {
  import_changed("tdc-2026-003-v1.json", [](boost::json::value& document) {
    document.at("document").at("tracking").at("id") = "SECRET-1";
    document.at("document").at("distribution").at("tlp").at("label") = "AMBER";
  });
  for (const std::string rest : {"", "/revisions", "/raw", "/diff?from=1&to=1"}) {
    const auto hidden = get("/advisories/SECRET-1" + rest, "Accept: text/html\r\nX-Request-Id: same\r\n");
    auto absent = get("/advisories/SECRET-2" + rest, "Accept: text/html\r\nX-Request-Id: same\r\n");
    EXPECT_EQ(hidden.status, 404) << rest;
    EXPECT_EQ(absent.status, 404) << rest;
    for (auto at = absent.body.find("SECRET-2"); at != std::string::npos; at = absent.body.find("SECRET-2")) {
      absent.body.replace(at, 8, "SECRET-1");
    }
    EXPECT_EQ(hidden.body, absent.body) << rest;
  }
  for (const std::string ending :
       {"", ".html", ".pdf", ".csaf-2.1.json", ".openvex.json", ".cdx.json", ".md", ".txt"}) {
    EXPECT_EQ(get("/api/v1/advisories/SECRET-1/document" + ending).status, 404) << ending;
  }
  EXPECT_THAT(get("/api/v1/advisories?q=SECRET-1").body, HasSubstr("\"total\":0"));
}

TEST_P(AdvisoryPages, WarnsOfExtensions) {
  import_changed("tdc-2025-001-v3.json", [this](boost::json::value& document) {
    const auto converted = formats::csaf::to_csaf_2_1(json::write(document), {.now = clock_.now()});
    ASSERT_TRUE(converted) << converted.error().to_string();
    document = converted->document;
    document.at("document").at("tracking").at("id") = "EXTENDED-1";
    document.at("document").as_object()["x_extensions"] = boost::json::parse(
        R"([{"$schema":"https://a.example/a&b_1.0.0.json","category":"essential","critical":false,"content":{"a":1}}])");
  });
  constexpr auto kWarning = "holds 1 extension that Tocsin does not know; essential to understand it: ";
  for (const auto* target : {"/advisories/EXTENDED-1", "/api/v1/advisories/EXTENDED-1/document.html"}) {
    const auto page = get(target, "Accept: text/html\r\n").body;
    EXPECT_THAT(page, HasSubstr(kWarning)) << target;
    EXPECT_THAT(page, HasSubstr("a&amp;b_1.0.0.json")) << target;
  }
  for (const auto* ending : {".md", ".txt"}) {
    EXPECT_THAT(get(fmt::format("/api/v1/advisories/EXTENDED-1/document{}", ending)).body,
                HasSubstr("holds 1 extension"))
        << ending;
  }
  EXPECT_THAT(get("/api/v1/advisories/EXTENDED-1").body, HasSubstr("\"path\":\"/document/x_extensions/0\""));
  EXPECT_THAT(get("/advisories/TDC-2025-001", "Accept: text/html\r\n").body, Not(HasSubstr("id=\"extensions\"")));
}

TEST_P(AdvisoryPages, AScoreThatItsVectorContradictsSaysSo) {
  import_changed("tdc-2025-001-v3.json", [](boost::json::value& document) {
    document.at("document").at("tracking").at("id") = "ODD-1";
    auto& vulnerability = document.at("vulnerabilities").at(0);
    auto& score = vulnerability.as_object().contains("scores") ? vulnerability.at("scores").at(0)
                                                               : vulnerability.at("metrics").at(0).at("content");
    score.at("cvss_v3").at("version") = "3.1";
    score.at("cvss_v3").at("vectorString") = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    score.at("cvss_v3").at("baseScore") = 7.5;
    score.at("cvss_v3").at("baseSeverity") = "HIGH";
  });
  const std::string note = "The vector computes to 9.8 (critical); the document states 7.5.";
  EXPECT_THAT(get("/advisories/ODD-1", "Accept: text/html\r\n").body, HasSubstr(note));
  EXPECT_THAT(get("/advisories/tdc-2025-001", "Accept: text/html\r\n").body, Not(HasSubstr("The vector computes to")));
}

TEST_P(AdvisoryPages, WhatCannotBeMeantIsToldOnPageAndInApi) {
  import_changed("tdc-2025-009-v1.json",
                 [](boost::json::value& document) { document.at("document").at("tracking").at("id") = "ODD-2"; });
  constexpr auto* kHtml = "Accept: text/html\r\n";
  const auto page = get("/advisories/ODD-2", kHtml).body;
  EXPECT_THAT(page, HasSubstr("<h2>Quality <span class=\"count\">1</span></h2>"));
  EXPECT_THAT(page, HasSubstr("The discovery is 2025-12-08T00:00:00Z, later than the release of this document"));
  EXPECT_THAT(page, HasSubstr("/vulnerabilities/0/discovery_date"));
  EXPECT_THAT(get("/api/v1/advisories/ODD-2").body, HasSubstr("\"test\":\"TOC-005\""));
  EXPECT_THAT(get("/advisories/tdc-2025-001", kHtml).body, Not(HasSubstr("id=\"quality\"")));
  EXPECT_THAT(page, Not(HasSubstr("TOC-010")));
}

TEST_P(AdvisoryPages, TwoDocumentsOfOneVersionAreTold) {
  for (const auto* title : {"One", "Other"}) {
    import_changed("tdc-2025-001-v3.json", [&](boost::json::value& document) {
      document.at("document").at("tracking").at("id") = "ODD-3";
      document.at("document").at("title") = title;
    });
  }
  EXPECT_THAT(get("/advisories/ODD-3", "Accept: text/html\r\n").body, HasSubstr("TOC-010"));
}

TOCSIN_ON_BOTH_DATABASES(AdvisoryPages);

}  // namespace
}  // namespace tocsin::portal
