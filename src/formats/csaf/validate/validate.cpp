#include "formats/csaf/validate/validate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/structure_fits.hpp"
#include "formats/csaf/validate/tests.hpp"
#include "formats/recognise.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kSchemaTest = "schema";

struct Section {
  Finding::Group group;
  std::span<const Test> (*tests)() noexcept;
};
constexpr Section kSections[] = {{Finding::Group::mandatory, mandatory_tests},
                                 {Finding::Group::recommended, recommended_tests},
                                 {Finding::Group::informative, informative_tests},
                                 {Finding::Group::quality, quality_tests}};

bool is_in(const Test& test, CsafVersion version) noexcept {
  return version == CsafVersion::v2_0 ? test.in_2_0 : test.in_2_1;
}

/// `wanted` is a template parameter so that asking by mode costs nothing.
template <class Wanted>
Verdict validate_wanted(Node root, const Wanted& wanted) {
  Verdict verdict;
  const bool with_schema = wanted(TestInfo{kSchemaTest, Finding::Group::schema, {}});
  const auto version = root["document"].text_at("csaf_version");
  if (version != "2.0" && version != "2.1") {
    // Without a version no other test says anything, so the one finding that tells so is never left out.
    verdict.findings = check_structure(root);
    return verdict;
  }
  verdict.version = version == "2.0" ? CsafVersion::v2_0 : CsafVersion::v2_1;
  // Before the model is built: both need memory of their own.
  const bool certain = with_schema && fits_certainly(root, *verdict.version);
  if (with_schema && !certain) verdict.findings = find_in_structure(root, *verdict.version);
  Model model{root, *verdict.version};
  model.has_only_known_members = certain;
  model.fits_schema = with_schema && verdict.findings.empty();
  Sink sink{root, verdict.findings, kFindingsMax};
  for (const auto& section : kSections) {
    for (const auto& test : section.tests()) {
      if (!is_in(test, *verdict.version) || !wanted(TestInfo{test.id, section.group, test.not_run})) continue;
      if (test.run == nullptr) {
        verdict.not_run.push_back({test.id, test.not_run});
        continue;
      }
      sink.begin(test.id, section.group);
      test.run(model, sink);
    }
  }
  return verdict;
}

Finding unreadable(const Error& error) {
  // A pointer stands as one; line and column have no place in a pointer.
  const bool pointer = error.where.starts_with('/');
  return {.test = "schema",
          .group = Finding::Group::schema,
          .path = pointer ? error.where : "",
          .message = pointer ? error.message : error.to_string(),
          .mend = {}};
}

/// What lies beside advisories is none with a member missing: it is another thing, and the reader wants to know which.
void tell_kind(std::string_view bytes, const json::Limits& limits, Verdict& verdict) {
  const auto parsed = json::parse(bytes, limits);
  if (!parsed) return;
  const auto kind = recognise(parsed->root());
  if (kind == DocumentKind::other_json || kind == DocumentKind::csaf_unknown_version) return;
  verdict.findings = {{.test = std::string{kSchemaTest},
                       .group = Finding::Group::schema,
                       .path = {},
                       .message = fmt::format("this is no CSAF advisory but: {}", to_string(kind)),
                       .mend = {}}};
}

}  // namespace

std::optional<Mode> parse_mode(std::string_view text) noexcept {
  for (const auto mode : {Mode::basic, Mode::extended, Mode::full}) {
    if (to_string(mode) == text) return mode;
  }
  return std::nullopt;
}

std::string_view to_string(Mode mode) noexcept {
  switch (mode) {
    case Mode::basic:
      return "basic";
    case Mode::extended:
      return "extended";
    case Mode::full:
      break;
  }
  return "full";
}

bool Verdict::is_valid() const noexcept {
  return std::ranges::none_of(findings, [](const Finding& each) {
    return each.group == Finding::Group::schema || each.group == Finding::Group::mandatory;
  });
}

std::string_view group_name(Finding::Group group, std::optional<CsafVersion> version) noexcept {
  return group == Finding::Group::recommended && version == CsafVersion::v2_0 ? "optional" : to_string(group);
}

bool belongs_to(Finding::Group group, Mode mode) noexcept {
  switch (group) {
    case Finding::Group::schema:
    case Finding::Group::mandatory:
      return true;
    case Finding::Group::recommended:
      return mode != Mode::basic;
    case Finding::Group::quality:
      return false;
    case Finding::Group::informative:
      break;
  }
  return mode == Mode::full;
}

std::vector<TestInfo> tests_of(CsafVersion version) {
  std::vector<TestInfo> tests{{kSchemaTest, Finding::Group::schema, {}}};
  for (const auto& section : kSections) {
    if (section.group == Finding::Group::quality) continue;
    for (const auto& test : section.tests()) {
      if (is_in(test, version)) tests.push_back({test.id, section.group, test.not_run});
    }
  }
  return tests;
}

Verdict validate(Node root, Mode mode) {
  return validate_wanted(root, [mode](const TestInfo& test) { return belongs_to(test.group, mode); });
}

Verdict validate(Node root, const std::function<bool(const TestInfo&)>& wanted) {
  return validate_wanted(root, wanted);
}

std::vector<Finding> check_quality(Node root) {
  const auto only_quality = [](const TestInfo& test) { return test.group == Finding::Group::quality; };
  auto verdict = validate_wanted(root, only_quality);
  return verdict.version ? std::move(verdict.findings) : std::vector<Finding>{};
}

Finding changed_without_revision(std::string_view version) {
  return {
      .test = "TOC-010",
      .group = Finding::Group::quality,
      .path = "/document/tracking/version",
      .message = fmt::format("another document was received under the same version, {}", text::shorten(version, 60)),
      .mend = "Give every change of content a version and a revision of its own."};
}

Verdict Validator::validate(std::string_view bytes, Mode mode, bool with_quality) {
  Verdict verdict;
  if (bytes.empty()) {
    verdict.findings.push_back(unreadable(Error::invalid("The document is empty")));
    return verdict;
  }
  const auto root = reader_.read(bytes, limits_);
  if (!root) {
    verdict.findings.push_back(unreadable(root.error()));
    return verdict;
  }
  verdict = validate_wanted(*root, [&](const TestInfo& test) {
    return belongs_to(test.group, mode) || (with_quality && test.group == Finding::Group::quality);
  });
  if (!verdict.version) tell_kind(bytes, limits_, verdict);
  return verdict;
}

}  // namespace tocsin::formats::csaf
