#include "formats/csaf/validate/validate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/tests.hpp"

namespace tocsin::formats::csaf {
namespace {

void run(std::span<const Test> tests, Finding::Group group, const Model& model, Verdict& verdict) {
  Sink sink{verdict.findings, kFindingsMax};
  for (const auto& test : tests) {
    if (model.is_2_0() ? !test.in_2_0 : !test.in_2_1) continue;
    if (test.run == nullptr) {
      verdict.not_run.push_back({test.id, test.not_run});
      continue;
    }
    sink.begin(test.id, group);
    test.run(model, sink);
  }
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

Verdict validate(Node root, Mode mode) {
  Verdict verdict;
  verdict.findings = check_structure(root);
  const auto version = root["document"].text_at("csaf_version");
  if (version != "2.0" && version != "2.1") return verdict;
  verdict.version = version == "2.0" ? CsafVersion::v2_0 : CsafVersion::v2_1;
  const Model model{root, *verdict.version};
  run(mandatory_tests(), Finding::Group::mandatory, model, verdict);
  if (mode != Mode::basic) run(recommended_tests(), Finding::Group::recommended, model, verdict);
  if (mode == Mode::full) run(informative_tests(), Finding::Group::informative, model, verdict);
  return verdict;
}

Verdict Validator::validate(std::string_view bytes, Mode mode) {
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
  return csaf::validate(*root, mode);
}

}  // namespace tocsin::formats::csaf
