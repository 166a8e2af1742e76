#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cvrf/steps.hpp"

/// Which elements and attributes CVRF has (1.1 and 1.2 together), and how often.
namespace tocsin::formats::cvrf {
namespace {

using Level = csaf::ConversionNote::Level;

/// Names with how often each may stand: '!' once, '?' once or not, '*' any number, '+' once or more. '!' and '+' are
/// what CSAF demands too.
struct Shape {
  std::string_view element;  ///< With its parent where the name alone is not enough.
  std::string_view attributes;
  std::string_view children;
};

constexpr Shape kShapes[] = {
    {"cvrfdoc", "",
     "DocumentTitle! DocumentType! DocumentPublisher! DocumentTracking! DocumentNotes? DocumentDistribution? "
     "AggregateSeverity? DocumentReferences? Acknowledgments? ProductTree? Vulnerability*"},
    {"DocumentPublisher", "Type! VendorID?", "ContactDetails? IssuingAuthority?"},
    {"DocumentTracking", "",
     "Identification! Status! Version! RevisionHistory! InitialReleaseDate! CurrentReleaseDate! Generator?"},
    {"Identification", "", "ID! Alias*"},
    {"RevisionHistory", "", "Revision+"},
    {"Revision", "", "Number! Date! Description!"},
    {"Generator", "", "Engine? Date?"},
    {"DocumentNotes", "", "Note*"},
    {"Notes", "", "Note*"},
    {"Note", "Title? Audience? Type! Ordinal?", ""},
    {"AggregateSeverity", "Namespace?", ""},
    {"DocumentReferences", "", "Reference*"},
    {"References", "", "Reference*"},
    {"Reference", "Type?", "URL! Description?"},
    {"Acknowledgments", "", "Acknowledgment*"},
    {"Acknowledgment", "", "Name* Organization* Description? URL*"},
    {"ProductTree", "", "Branch* FullProductName* Relationship* ProductGroups?"},
    {"Branch", "Type! Name!", "Branch* FullProductName?"},
    {"FullProductName", "ProductID! CPE?", ""},
    {"Relationship", "ProductReference! RelationType! RelatesToProductReference!", "FullProductName+"},
    {"ProductGroups", "", "Group*"},
    {"Group", "GroupID!", "Description? ProductID*"},
    {"Vulnerability", "Ordinal?",
     "Title? ID? Notes? DiscoveryDate? ReleaseDate? Involvements? CVE? CWE* ProductStatuses? Threats? CVSSScoreSets? "
     "Remediations? References? Acknowledgments?"},
    {"Vulnerability/ID", "SystemName!", ""},
    {"Involvements", "", "Involvement*"},
    {"Involvement", "Party! Status!", "Description?"},
    {"CWE", "ID!", ""},
    {"ProductStatuses", "", "Status*"},
    {"ProductStatuses/Status", "Type!", "ProductID*"},
    {"Threats", "", "Threat*"},
    {"Threat", "Type! Date?", "Description! ProductID* GroupID*"},
    {"CVSSScoreSets", "", "ScoreSet* ScoreSetV2* ScoreSetV3*"},
    {"ScoreSet", "", "BaseScore! TemporalScore? EnvironmentalScore? Vector? ProductID*"},
    {"ScoreSetV2", "", "BaseScoreV2! TemporalScoreV2? EnvironmentalScoreV2? VectorV2? ProductID*"},
    {"ScoreSetV3", "", "BaseScoreV3! TemporalScoreV3? EnvironmentalScoreV3? VectorV3? ProductID*"},
    {"Remediations", "", "Remediation*"},
    {"Remediation", "Type! Date?", "Description! Entitlement* URL? ProductID* GroupID*"},
};

/// A text without attributes, as most elements are.
constexpr Shape kText = {"", "", ""};

const Shape& shape_of(const Element& element) {
  static const auto* const shapes = [] {
    auto* made = new std::map<std::string_view, const Shape*>;
    for (const auto& each : kShapes) made->emplace(each.element, &each);
    return made;
  }();
  if (element.parent != nullptr) {
    const auto with_parent = fmt::format("{}/{}", element.parent->local(), element.local());
    if (const auto found = shapes->find(with_parent); found != shapes->end()) return *found->second;
  }
  const auto found = shapes->find(element.local());
  // A document's ID and Status are plain texts, whose names elsewhere are not.
  return found == shapes->end() ? kText : *found->second;
}

/// How often the name may stand, or nothing where it may not.
char often(std::string_view names, std::string_view name) noexcept {
  while (!names.empty()) {
    const auto end = std::min(names.find(' '), names.size());
    const auto token = names.substr(0, end);
    if (token.substr(0, token.size() - 1) == name) return token.back();
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return '\0';
}

/// What every element may have besides: its language, and where its schema lies.
bool is_of_xml(const Attribute& attribute) noexcept {
  return attribute.uri == kXmlNamespace || attribute.uri == "http://www.w3.org/2001/XMLSchema-instance";
}

void additional(Context& context, const Element& at, std::string_view part, std::string_view name,
                std::string_view value) {
  context.note(Level::warning, at, part,
               tr<"additional property '{}' with value '{}' was not converted: CVRF does not describe it">(
                   name, text::shorten(text::squeeze(value), 80)));
}

void check_missing(Context& context, const Element& element, const Shape& shape) {
  for (const auto& [names, is_attribute] : {std::pair{shape.attributes, true}, std::pair{shape.children, false}}) {
    for (const auto token : text::split(names, ' ')) {
      if (token.empty() || (token.back() != '!' && token.back() != '+')) continue;
      const auto name = token.substr(0, token.size() - 1);
      if (is_attribute ? !attribute_of(element, name).empty() : child_of(&element, name) != nullptr) continue;
      context.fail(element, is_attribute ? tr<"the attribute '{}' is missing, which CVRF and CSAF demand">(name)
                                         : tr<"the element '{}' is missing, which CVRF and CSAF demand">(name));
    }
  }
}

void check(Context& context, const Element& element) {
  const auto& shape = shape_of(element);
  for (const auto& attribute : element.attributes) {
    if (is_of_xml(attribute) || (attribute.uri.empty() && often(shape.attributes, attribute.name) != '\0')) continue;
    additional(context, element, fmt::format("/@{}", attribute.name), attribute.name, attribute.value);
  }
  if (!shape.children.empty() && !text::trim(element.text).empty()) {
    additional(context, element, "/text()", "text()", element.text);
  }
  std::map<std::string_view, int> seen;
  for (const auto* child : element.children) {
    const bool described = is_cvrf_namespace(child->uri) || is_cvss_namespace(child->uri);
    const auto times = described ? often(shape.children, child->local()) : '\0';
    if (times == '\0') {
      additional(context, *child, "", child->name, child->text);
      continue;
    }
    if (++seen[child->local()] == 2 && (times == '!' || times == '?')) {
      context.warn(*child, tr<"'{}' may stand once only: the first one was converted, not '{}'">(
                               child->local(), text::shorten(text_of(child), 80)));
    }
    check(context, *child);
  }
  check_missing(context, element, shape);
}

}  // namespace

void check_grammar(Context& context) { check(context, context.root()); }

}  // namespace tocsin::formats::cvrf
