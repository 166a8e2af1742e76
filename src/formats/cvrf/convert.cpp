#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/cvrf/steps.hpp"
#include "formats/cwe/cwe.hpp"

/// The whole conversion: read, told of, made, checked.
namespace tocsin::formats::cvrf {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using Level = csaf::ConversionNote::Level;

constexpr std::string_view kRoot = "cvrfdoc";

Result<Document> read(std::string_view source, const Options& options) {
  TRY(auto document, parse_xml(source, options.limits));
  const auto& root = document.root();
  if (root.local() != kRoot || !is_cvrf_namespace(root.uri)) {
    return Error::invalid(
        root.uri.empty() ? tr<"is no CVRF document: the root element is '{}' of no namespace; expected is 'cvrfdoc' of "
                              "CVRF's namespace, 1.2 or 1.1">(root.name)
                         : tr<"is no CVRF document: the root element is '{}' of the namespace '{}'; expected is "
                              "'cvrfdoc' of CVRF's namespace, 1.2 or 1.1">(root.name, text::shorten(root.uri, 200)),
        fmt::format("{}:1", root.line));
  }
  return document;
}

object make(Context& context) {
  check_grammar(context);
  object csaf;
  csaf["document"] = make_document(context);
  if (const auto* tree = child_of(&context.root(), "ProductTree"); tree != nullptr) {
    if (auto made = make_product_tree(context, *tree); !made.empty()) csaf["product_tree"] = std::move(made);
  }
  put(csaf, "vulnerabilities", make_vulnerabilities(context));
  return csaf;
}

csaf::Verdict verdict_on(const value& document) {
  csaf::Validator validator;
  return validator.validate(json::write(document), csaf::Mode::basic);
}

bool breaks_its_profile(const csaf::Verdict& verdict) {
  return std::ranges::any_of(verdict.findings, [](const Finding& each) { return each.test.starts_with("6.1.27."); });
}

void tell_of_findings(Context& context, const value& document, std::string_view version) {
  for (const auto& finding : verdict_on(document).findings) {
    context.note(Level::error, context.origin_of(finding.path), {},
                 tr<"the result is not valid CSAF {} ({} at {}): {}">(
                     version, finding.test, finding.path.empty() ? "/" : finding.path, finding.message));
  }
}

/// A profile that the document does not fill is no help to anybody who reads it.
void settle_profile(Context& context, object& csaf) {
  auto& document = csaf["document"].get_object();
  const auto* category = document.if_contains("category");
  if (category == nullptr || !category->is_string()) return;
  const std::string profile{category->get_string()};
  if (!profile.starts_with("csaf_") || profile == "csaf_base" || !breaks_its_profile(verdict_on(csaf))) return;
  document["category"] = "csaf_base";
  const auto* type = child_of(&context.root(), "DocumentType");
  context.warn(type == nullptr ? context.root() : *type,
               tr<"the document does not hold what the profile {} demands: its category became 'csaf_base'">(profile));
}

void tell_what_only_2_1_holds(Context& context) {
  const auto vulnerabilities = children_of(&context.root(), "Vulnerability");
  for (const auto& [index, parts] : context.only_in_2_1) {
    const auto& at = *vulnerabilities.at(index);
    if (parts.cwes.size() > 1) {
      std::vector<std::string_view> ids;
      for (const auto& each : parts.cwes) ids.push_back(json::string_at(each, "id"));
      context.warn(at, tr<"information might be lost in converting the CWEs: only the first one of {} was converted">(
                           text::shorten(fmt::format("{}", fmt::join(ids, ", ")), 400)));
    }
    for (const auto& metric : parts.metrics) {
      context.warn(at, tr<"the score '{}' was not converted: CSAF 2.0 has no place for CVSS 4.0">(
                           json::string_at(metric.at("content").at("cvss_v4"), "vectorString")));
    }
  }
}

// ---- CSAF 2.1

/// Puts what was carried around CSAF 2.0 into the document of 2.1.
void put_what_only_2_1_holds(Context& context, value& document) {
  auto* list = document.get_object().if_contains("vulnerabilities");
  if (list == nullptr || !list->is_array()) return;
  std::string day;
  if (const auto* released = json::at_pointer(document, "/document/tracking/current_release_date");
      released != nullptr && released->is_string()) {
    if (const auto time = parse_rfc3339(std::string_view{released->get_string()})) day = format_date(*time);
  }
  auto& vulnerabilities = list->get_array();
  for (const auto& [index, parts] : context.only_in_2_1) {
    if (index >= vulnerabilities.size()) continue;
    auto& vulnerability = vulnerabilities[index].get_object();
    array cwes;
    for (const auto& each : parts.cwes) {
      auto cwe = each.get_object();
      const auto version = cwe::version_that_matches(json::string_at(each, "id"), json::string_at(each, "name"), day);
      if (version.empty()) continue;
      cwe["version"] = version;
      cwes.push_back(std::move(cwe));
    }
    put(vulnerability, "cwes", std::move(cwes));
    if (parts.metrics.empty()) continue;
    auto& metrics = vulnerability["metrics"];
    if (!metrics.is_array()) metrics.emplace_array();
    for (const auto& each : parts.metrics) metrics.get_array().push_back(each);
  }
}

Result<csaf::Conversion> from_2_0(Context& context, const object& csaf_2_0) {
  TRY(auto conversion, csaf::to_csaf_2_1(json::write(csaf_2_0), context.options().to_2_1));
  // What it found in its result is found anew below, when everything is in its place.
  std::erase_if(conversion.notes, [](const auto& each) { return each.kind == csaf::ConversionNote::Kind::result; });
  return conversion;
}

std::string category_of(const value& document) {
  const auto* category = json::at_pointer(document, "/document/category");
  return category != nullptr && category->is_string() ? std::string{category->get_string()} : std::string{};
}

/// CVRF's types of withdrawn and superseded documents only begin with the word that CSAF's converter knows.
Result<csaf::Conversion> convert_with_profile(Context& context, object& csaf_2_0) {
  for (const auto& [word, profile] : {std::pair<std::string_view, std::string_view>{"superseded", "csaf_superseded"},
                                      {"withdrawn", "csaf_withdrawn"}}) {
    const auto category = category_of(csaf_2_0);
    if (!text::lower_ascii(category).starts_with(word)) continue;
    csaf_2_0["document"].get_object()["category"] = word;
    TRY(auto conversion, from_2_0(context, csaf_2_0));
    if (category_of(conversion.document) == profile) return conversion;
    csaf_2_0["document"].get_object()["category"] = category;
    context.warn(*child_of(&context.root(), "DocumentType"),
                 word == "withdrawn" ? tr<"a potentially withdrawn document was created that would be invalid in the "
                                          "profile {}: the category '{}' was kept">(profile, category)
                                     : tr<"a potentially superseded document was created that would be invalid in the "
                                          "profile {}: the category '{}' was kept">(profile, category));
  }
  return from_2_0(context, csaf_2_0);
}

}  // namespace

Result<csaf::Conversion> to_csaf_2_0(std::string_view source, const Options& options) {
  TRY(const auto document, read(source, options));
  csaf::Conversion conversion;
  Context context{document, options, conversion.notes};
  auto csaf = make(context);
  settle_profile(context, csaf);
  tell_what_only_2_1_holds(context);
  conversion.document = std::move(csaf);
  tell_of_findings(context, conversion.document, "2.0");
  context.close();
  return conversion;
}

Result<csaf::Conversion> to_csaf_2_1(std::string_view source, const Options& options) {
  TRY(const auto document, read(source, options));
  std::vector<csaf::ConversionNote> notes;
  Context context{document, options, notes};
  auto csaf_2_0 = make(context);
  // That of security advisories has a rule of its own in 2.1.
  if (category_of(csaf_2_0) != "csaf_security_advisory") settle_profile(context, csaf_2_0);
  auto conversion = convert_with_profile(context, csaf_2_0);
  if (!conversion) {
    // Whoever sent the document in wants all there is to say of it, not only this.
    const auto& error = conversion.error();
    context.note(Level::error, context.origin_of(error.where), {},
                 tr<"no CSAF 2.1 could be made: {}: {}">(error.where.empty() ? "/" : error.where, error.message));
    context.close();
    return csaf::Conversion{std::move(csaf_2_0), std::move(notes)};
  }
  for (auto& each : conversion->notes) {
    context.note(each.level, context.origin_of(each.path), {},
                 each.path.empty() ? each.message : fmt::format("{}: {}", each.path, each.message));
  }
  put_what_only_2_1_holds(context, conversion->document);
  tell_of_findings(context, conversion->document, "2.1");
  context.close();
  conversion->notes = std::move(notes);
  return conversion;
}

}  // namespace tocsin::formats::cvrf
