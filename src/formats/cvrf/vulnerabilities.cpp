#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cvrf/steps.hpp"
#include "formats/cwe/cwe.hpp"

/// The parts of the conversion that concern vulnerabilities, but for their scores.
namespace tocsin::formats::cvrf {
namespace {

using boost::json::array;
using boost::json::object;

constexpr Word kInvolvementStatuses[] = {{"Open", "open"},
                                         {"Disputed", "disputed"},
                                         {"In Progress", "in_progress"},
                                         {"Completed", "completed"},
                                         {"Contact Attempted", "contact_attempted"},
                                         {"Not Contacted", "not_contacted"}};
constexpr Word kProductStatuses[] = {{"First Affected", "first_affected"},
                                     {"First Fixed", "first_fixed"},
                                     {"Fixed", "fixed"},
                                     {"Known Affected", "known_affected"},
                                     {"Known Not Affected", "known_not_affected"},
                                     {"Last Affected", "last_affected"},
                                     {"Recommended", "recommended"}};
constexpr Word kThreatTypes[] = {
    {"Impact", "impact"}, {"Exploit Status", "exploit_status"}, {"Target Set", "target_set"}};
constexpr Word kRemediationTypes[] = {{"Workaround", "workaround"},
                                      {"Mitigation", "mitigation"},
                                      {"Vendor Fix", "vendor_fix"},
                                      {"None Available", "none_available"},
                                      {"Will Not Fix", "no_fix_planned"}};

array lines_of(const Element& parent, std::string_view name) {
  std::vector<std::string> lines;
  for (const auto* each : children_of(&parent, name)) lines.push_back(line_of(each));
  return texts(lines);
}

object make_product_status(Context& context, const Element& vulnerability, const std::string& pointer) {
  std::map<std::string, std::vector<std::string>> by_status;
  for (const auto* each : children_of(child_of(&vulnerability, "ProductStatuses"), "Status")) {
    const auto status = context.word_of(*each, "Type", tr<"status of a product">(), kProductStatuses);
    if (status.empty()) continue;
    context.made_from(fmt::format("{}/product_status/{}", pointer, status), *each);
    auto& ids = by_status[status];
    for (const auto* id : children_of(each, "ProductID")) ids.push_back(line_of(id));
  }
  object made;
  for (const auto& [status, ids] : by_status) put(made, status, texts(ids));
  return made;
}

DefaultProducts default_products(const Context& context, const object& product_status) {
  const auto ids_of = [&](std::initializer_list<std::string_view> statuses) {
    std::vector<std::string> ids;
    std::set<std::string_view> seen;
    for (const auto status : statuses) {
      const auto* list = product_status.if_contains(status);
      if (list == nullptr) continue;
      for (const auto& id : list->get_array()) {
        const std::string_view text{id.get_string()};
        if (seen.insert(text).second) ids.emplace_back(text);
      }
    }
    return ids;
  };
  DefaultProducts products;
  products.affected = ids_of({"known_affected", "first_affected", "last_affected"});
  if (context.options().mend) products.fixed = ids_of({"fixed", "first_fixed"});
  return products;
}

/// Those that a version of CWE has. A category or view is no weakness.
array make_cwes(Context& context, const Element& vulnerability) {
  array made;
  std::set<std::string> seen;
  for (const auto* each : children_of(&vulnerability, "CWE")) {
    const auto id = attribute_of(*each, "ID");
    const auto name = line_of(each);
    if (id.empty()) continue;
    if (!cwe::was_ever_named(id, name)) {
      context.warn(*each,
                   cwe::is_known(id)
                       ? tr<"an invalid CWE was removed: no version of CWE has '{}' with the name '{}', the newest "
                            "calls it '{}'">(id, text::shorten(name, 200), cwe::newest_name(id))
                       : tr<"'{}' ('{}') was removed: it is no weakness but a category, a view or unknown, which "
                            "cannot be mapped to a vulnerability">(text::shorten(id, 40), text::shorten(name, 200)));
      continue;
    }
    if (seen.insert(id).second) made.push_back(object{{"id", id}, {"name", name}});
  }
  return made;
}

array make_involvements(Context& context, const Element& vulnerability, const std::string& pointer) {
  array made;
  for (const auto* each : children_of(child_of(&vulnerability, "Involvements"), "Involvement")) {
    context.made_from(fmt::format("{}/{}", pointer, made.size()), *each);
    object out;
    put(out, "party", context.word_of(*each, "Party", tr<"kind of party">(), kParties));
    put(out, "status", context.word_of(*each, "Status", tr<"status of an involvement">(), kInvolvementStatuses));
    put(out, "summary", text_of(child_of(each, "Description")));
    made.push_back(std::move(out));
  }
  return made;
}

void put_date(Context& context, const Element& element, object& out) {
  if (const auto date = attribute_of(element, "Date"); !date.empty()) put(out, "date", context.time_of(element, date));
}

array make_threats(Context& context, const Element& vulnerability, const std::string& pointer) {
  array made;
  for (const auto* each : children_of(child_of(&vulnerability, "Threats"), "Threat")) {
    context.made_from(fmt::format("{}/{}", pointer, made.size()), *each);
    object out;
    put(out, "category", context.word_of(*each, "Type", tr<"type of threat">(), kThreatTypes));
    put_date(context, *each, out);
    put(out, "details", text_of(child_of(each, "Description")));
    put(out, "group_ids", lines_of(*each, "GroupID"));
    put(out, "product_ids", lines_of(*each, "ProductID"));
    made.push_back(std::move(out));
  }
  return made;
}

array make_remediations(Context& context, const Element& vulnerability, const DefaultProducts& defaults,
                        const std::string& pointer) {
  array made;
  for (const auto* each : children_of(child_of(&vulnerability, "Remediations"), "Remediation")) {
    context.made_from(fmt::format("{}/{}", pointer, made.size()), *each);
    object out;
    put(out, "category", context.word_of(*each, "Type", tr<"type of remediation">(), kRemediationTypes));
    put_date(context, *each, out);
    put(out, "details", text_of(child_of(each, "Description")));
    std::vector<std::string> entitlements;
    for (const auto* entitlement : children_of(each, "Entitlement")) entitlements.push_back(text_of(entitlement));
    put(out, "entitlements", texts(entitlements));
    put(out, "group_ids", lines_of(*each, "GroupID"));
    auto products = lines_of(*each, "ProductID");
    if (products.empty() && !out.contains("group_ids")) {
      products = texts(context.products_for(*each, defaults, tr<"remediation">()));
    }
    put(out, "product_ids", std::move(products));
    put(out, "url", line_of(child_of(each, "URL")));
    made.push_back(std::move(out));
  }
  return made;
}

object make_vulnerability(Context& context, const Element& element, std::size_t index) {
  const auto pointer = fmt::format("/vulnerabilities/{}", index);
  context.made_from(pointer, element);
  object out;
  put(out, "acknowledgments",
      make_acknowledgments(context, child_of(&element, "Acknowledgments"), pointer + "/acknowledgments"));
  put(out, "cve", line_of(child_of(&element, "CVE")));
  if (auto cwes = make_cwes(context, element); !cwes.empty()) {
    out["cwe"] = cwes.front();
    context.only_in_2_1[index].cwes = std::move(cwes);
  }
  if (const auto* date = child_of(&element, "DiscoveryDate"); date != nullptr) {
    put(out, "discovery_date", context.time_of(*date, date->text));
  }
  if (const auto* id = child_of(&element, "ID"); id != nullptr) {
    context.made_from(pointer + "/ids/0", *id);
    object made;
    put(made, "system_name", attribute_of(*id, "SystemName"));
    put(made, "text", line_of(id));
    out["ids"] = array{std::move(made)};
  }
  put(out, "involvements", make_involvements(context, element, pointer + "/involvements"));
  put(out, "notes", make_notes(context, child_of(&element, "Notes"), pointer + "/notes"));
  auto status = make_product_status(context, element, pointer);
  const auto products = default_products(context, status);
  if (!status.empty()) out["product_status"] = std::move(status);
  put(out, "references", make_references(context, child_of(&element, "References"), pointer + "/references"));
  if (const auto* date = child_of(&element, "ReleaseDate"); date != nullptr) {
    put(out, "release_date", context.time_of(*date, date->text));
  }
  put(out, "remediations", make_remediations(context, element, products, pointer + "/remediations"));
  put(out, "scores", make_scores(context, element, products, index, pointer));
  put(out, "threats", make_threats(context, element, pointer + "/threats"));
  put(out, "title", line_of(child_of(&element, "Title")));
  return out;
}

}  // namespace

array make_vulnerabilities(Context& context) {
  array made;
  for (const auto* each : children_of(&context.root(), "Vulnerability")) {
    made.push_back(make_vulnerability(context, *each, made.size()));
  }
  return made;
}

}  // namespace tocsin::formats::cvrf
