#include "formats/csaf/validate/validate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/distribution/distribution.hpp"
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

/// What lies beside advisories is none with a member missing: it is another thing, and the reader wants to know which.
void tell_kind(Node root, Verdict& verdict) {
  const auto kind = recognise(root.to_value());
  verdict.kind = kind;
  if (kind == DocumentKind::other_json || kind == DocumentKind::csaf_unknown_version) return;
  verdict.findings = {{.test = std::string{kSchemaTest},
                       .group = Finding::Group::schema,
                       .path = {},
                       .message = tr<"this is no CSAF advisory but: {}">(to_string(kind)),
                       .mend = {}}};
}

/// Whole groups; asked once a group.
struct WantedGroups {
  unsigned groups = 0;

  template <class Belongs>
  static WantedGroups of(Belongs belongs) {
    WantedGroups wanted;
    for (const auto group : {Finding::Group::schema, Finding::Group::mandatory, Finding::Group::recommended,
                             Finding::Group::informative, Finding::Group::quality}) {
      if (belongs(group)) wanted.groups |= 1U << static_cast<unsigned>(group);
    }
    return wanted;
  }
  bool any_of(Finding::Group group) const noexcept { return (groups >> static_cast<unsigned>(group) & 1U) != 0; }
  bool operator()(const TestInfo& test) const noexcept { return any_of(test.group); }
};

/// Test by test.
struct WantedTests {
  const std::function<bool(const TestInfo&)>& wanted;
  static bool any_of(Finding::Group) noexcept { return true; }
  bool operator()(const TestInfo& test) const { return wanted(test); }
};

template <class Wanted>
Verdict validate_wanted(Node root, Model& model, const Wanted& wanted) {
  Verdict verdict;
  const bool with_schema = wanted(TestInfo{kSchemaTest, Finding::Group::schema, {}});
  const auto version = root["document"].text_at("csaf_version");
  if (version != "2.0" && version != "2.1") {
    // Without a version no other test says anything, so the one finding that tells so is never left out.
    verdict.findings = check_structure(root);
    tell_kind(root, verdict);
    return verdict;
  }
  verdict.version = version == "2.0" ? CsafVersion::v2_0 : CsafVersion::v2_1;
  // The walk knows lists of products that the grammar need not look at again; for very large documents the two take
  // their memory one after the other.
  constexpr std::uint32_t kLargeTape = 1 << 20;
  const bool is_large = root.end() - root.at() > kLargeTape;
  const bool large_fits = with_schema && is_large && fits_certainly(root, *verdict.version);
  const auto find_in = [&] { verdict.findings = find_in_structure(root, *verdict.version); };
  if (with_schema && is_large && !large_fits) find_in();
  model.read(root, *verdict.version);
  if (with_schema) {
    model.has_only_known_members = is_large ? large_fits : fits_certainly(model);
    if (!model.has_only_known_members && !is_large) find_in();
    model.fits_schema = verdict.findings.empty();
  }
  Sink sink{root, verdict.findings, kFindingsMax};
  for (const auto& section : kSections) {
    if (!wanted.any_of(section.group)) continue;
    for (const auto& test : section.tests()) {
      if (!is_in(test, *verdict.version) || !wanted(TestInfo{test.id, section.group, test.not_run})) continue;
      if (test.run == nullptr || (test.needs_speller && model.speller == nullptr)) {
        verdict.not_run.push_back({test.id, test.not_run});
        continue;
      }
      sink.begin(test.id, section.group);
      test.run(model, sink);
    }
  }
  return verdict;
}

/// By kind, for what is_distribution says; `wanted` as for advisories.
Verdict validate_distribution(Node root, DocumentKind kind, const WantedGroups& wanted, Timestamp now) {
  auto check = check_distribution(root, kind, now);
  Verdict verdict;
  verdict.kind = kind;
  verdict.version = check.version;
  for (const auto group : {Finding::Group::schema, Finding::Group::mandatory, Finding::Group::recommended,
                           Finding::Group::informative, Finding::Group::quality}) {
    if (!wanted.any_of(group)) continue;
    for (auto& each : check.findings) {
      if (each.group == group) verdict.findings.push_back(std::move(each));
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
  Model model;
  return validate_wanted(root, model,
                         WantedGroups::of([mode](Finding::Group group) { return belongs_to(group, mode); }));
}

Verdict validate(Node root, const std::function<bool(const TestInfo&)>& wanted, Speller* speller) {
  Model model;
  model.speller = speller;
  return validate_wanted(root, model, WantedTests{wanted});
}

std::vector<Finding> check_quality(Node root) {
  const auto only_quality = WantedGroups::of([](Finding::Group group) { return group == Finding::Group::quality; });
  Model model;
  auto verdict = validate_wanted(root, model, only_quality);
  return verdict.version ? std::move(verdict.findings) : std::vector<Finding>{};
}

Finding changed_without_revision(std::string_view version) {
  return {.test = "TOC-010",
          .group = Finding::Group::quality,
          .path = "/document/tracking/version",
          .message = tr<"another document was received under the same version, {}">(text::shorten(version, 60)),
          .mend = std::string{tr<"Give every change of content a version and a revision of its own.">()}};
}

std::optional<Finding> check_file_name(std::string_view file, std::string_view tracking_id, bool is_valid) {
  if (tracking_id.empty()) return std::nullopt;
  const auto expected = file_name(tracking_id);
  if (file == expected) return std::nullopt;
  constexpr std::string_view kEnding = ".json";
  const auto marked = expected.substr(0, expected.size() - kEnding.size()) + "_invalid.json";
  if (file == marked && !is_valid) return std::nullopt;
  return Finding{
      .test = "5.1",
      .group = Finding::Group::recommended,
      .path = "/document/tracking/id",
      .message = file == marked
                     ? std::string{tr<"the file is named as an invalid document is, but this one is valid">()}
                     : tr<"the file is named '{}'">(text::shorten(file, 100)),
      .mend = tr<"Name it {}.">(text::shorten(expected, 100))};
}

Validator::Validator(json::Limits limits, Speller* speller)
    : limits_(limits), speller_(speller), model_(std::make_unique<Model>()) {}
Validator::~Validator() = default;
Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;

Verdict Validator::validate(std::string_view bytes, Mode mode, bool with_quality) {
  return validate_bytes(bytes, mode, with_quality, std::nullopt);
}

Verdict Validator::validate_any(std::string_view bytes, Mode mode, bool with_quality, Timestamp now) {
  return validate_bytes(bytes, mode, with_quality, now);
}

Verdict Validator::validate_bytes(std::string_view bytes, Mode mode, bool with_quality, std::optional<Timestamp> now) {
  const auto refused = [](const Error& error) {
    Verdict verdict;
    verdict.findings.push_back(unreadable(error));
    return verdict;
  };
  if (bytes.empty()) return refused(Error::invalid(std::string{tr<"The document is empty">()}));
  const auto root = reader_.read(bytes, limits_);
  if (!root) return refused(root.error());
  const auto wanted = WantedGroups::of([&](Finding::Group group) {
    return belongs_to(group, mode) || (with_quality && group == Finding::Group::quality);
  });
  // An advisory of whatever version has this member; what else it may be costs a look at the whole.
  if (now && !(*root)["document"]["csaf_version"]) {
    if (const auto kind = recognise(root->to_value()); is_distribution(kind)) {
      return validate_distribution(*root, kind, wanted, *now);
    }
  }
  model_->speller = speller_;
  auto verdict = validate_wanted(*root, *model_, wanted);
  if (now && verdict.version) verdict.tracking_id = (*root)["document"]["tracking"].text_at("id");
  return verdict;
}

}  // namespace tocsin::formats::csaf
