#include "portal/pages/inventory_parts.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "domain/tlp.hpp"
#include "engine/exposure/lists.hpp"
#include "engine/exposure/parts.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/exposure_lists.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {
namespace {

using engine::exposure::Status;
using formats::inventory::Field;
using formats::inventory::Item;
using html::attribute_if;
using html::Html;
using html::render;

constexpr Message kFieldLabels[] = {
    message<"Free column">,
    message<"Asset id">,
    message<"Name">,
    message<"Vendor">,
    message<"Family">,
    message<"Product">,
    message<"Model or order no.">,
    message<"Hardware">,
    message<"Version">,
    message<"Firmware">,
    message<"#installed#Software">,
    message<"Serial number">,
    message<"CPE">,
    message<"Package URL">,
    message<"Addresses">,
    message<"#plant#Site">,
    message<"Zone">,
    message<"Conduit">,
    message<"Purdue level">,
    message<"Criticality">,
    message<"Exposure">,
    message<"Safety consequence">,
    message<"Environmental consequence">,
    message<"Production consequence">,
    message<"#asset#Owner">,
    message<"Next outage">,
    message<"Tags">,
    message<"Hashes">,
};
constexpr Message kStatusLabels[] = {message<"affected">, message<"undecided">, message<"under investigation">,
                                     message<"#version#fixed">, message<"not affected">};
constexpr Message kStateLabels[] = {message<"not remediated">, message<"in progress">, message<"#remediation#done">,
                                    message<"risk accepted">};

boost::json::array texts_json(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const auto& each : texts) out.emplace_back(each);
  return out;
}

struct TextMember {
  std::string_view name;
  std::string Item::* member;
};
constexpr std::array kTexts{TextMember{"key", &Item::key},
                            TextMember{"name", &Item::name},
                            TextMember{"vendor", &Item::vendor},
                            TextMember{"family", &Item::family},
                            TextMember{"product", &Item::product},
                            TextMember{"model", &Item::model},
                            TextMember{"hardware", &Item::hardware},
                            TextMember{"serial", &Item::serial},
                            TextMember{"cpe", &Item::cpe},
                            TextMember{"site", &Item::site},
                            TextMember{"zone", &Item::zone},
                            TextMember{"conduit", &Item::conduit},
                            TextMember{"purdue_level", &Item::purdue_level},
                            TextMember{"criticality", &Item::criticality},
                            TextMember{"exposure", &Item::exposure},
                            TextMember{"safety", &Item::safety},
                            TextMember{"environment", &Item::environment},
                            TextMember{"production", &Item::production},
                            TextMember{"owner", &Item::owner},
                            TextMember{"next_outage", &Item::next_outage}};
struct ListMember {
  std::string_view name;
  std::vector<std::string> Item::* member;
};
constexpr std::array kLists{ListMember{"purls", &Item::purls}, ListMember{"addresses", &Item::addresses},
                            ListMember{"tags", &Item::tags}};
struct PairsMember {
  std::string_view name, first, second;
  std::vector<std::pair<std::string, std::string>> Item::* member;
};
constexpr std::array kPairs{PairsMember{"hashes", "algorithm", "value", &Item::hashes},
                            PairsMember{"others", "name", "value", &Item::others}};

Error wrong_type(std::string_view name) {
  return Error::invalid(std::string{tr<"this is of another type">()}, std::string{name});
}

/// Two texts of each object in a list.
template <class F>
::tocsin::Status each_pair(const boost::json::value& list, std::string_view name, std::string_view first,
                           std::string_view second, F use) {
  if (!list.is_array()) return wrong_type(name);
  for (const auto& each : list.get_array()) {
    if (!each.is_object()) return wrong_type(name);
    std::string values[2];
    for (const auto& [member, value] : each.get_object()) {
      const std::size_t at = member == first ? 0 : member == second ? 1 : 2;
      if (at == 2 || !value.is_string()) return wrong_type(name);
      values[at] = std::string{value.get_string()};
    }
    use(std::move(values[0]), std::move(values[1]));
  }
  return ok();
}

}  // namespace

Result<engine::inventory::Access> inventory_access(App& app, const http::Request& request) {
  std::optional<domain::OrganisationId> whose;
  if (const auto text = request.query.get("organisation"); !text.empty()) {
    const auto id = id_of(text);
    if (!id) return Error::not_found("inventory");
    whose = domain::OrganisationId{*id};
  }
  return engine::inventory::access(app.database(), access::actor(request), whose, request.now);
}

std::string organisation_parameter(const http::Request& request, const engine::inventory::Access& access) {
  return request.viewer.organisation == access.organisation ? std::string{} : std::to_string(access.organisation.value);
}

std::string asset_url(std::int64_t id) { return fmt::format("/inventory/{}", id); }

std::string_view field_label(Field field) { return kFieldLabels[static_cast<std::size_t>(field)].text(); }

std::string_view field_label(std::string_view name) {
  if (name == "versions") return tr<"Versions">();
  if (name == "others") return tr<"Free columns">();
  if (name == "purls") return field_label(Field::purl);
  if (name == "addresses") return field_label(Field::address);
  if (name == "hashes") return field_label(Field::hash);
  const auto field = formats::inventory::parse_field(name);
  return field ? field_label(*field) : name;
}

std::string_view status_label(Status status) { return kStatusLabels[static_cast<std::size_t>(status)].text(); }
std::string_view state_label(domain::RemediationState state) {
  return kStateLabels[static_cast<std::size_t>(state)].text();
}

Html status_tag(Status status) {
  static constexpr std::array<std::string_view, 5> kClasses{"suspended", "applied", "applied", "active", "left"};
  return html::fragment<"<span class=\"tag tag-{}\">{}</span>">(kClasses[static_cast<std::size_t>(status)],
                                                                status_label(status));
}

Html state_tag(domain::RemediationState state) {
  static constexpr std::array<std::string_view, 4> kClasses{"suspended", "applied", "active", "left"};
  return html::fragment<"<span class=\"tag tag-{}\">{}</span>">(kClasses[static_cast<std::size_t>(state)],
                                                                state_label(state));
}

Html action_tag(engine::exposure::Action action) {
  static constexpr std::array<std::string_view, 5> kClasses{"suspended", "suspended", "applied", "left", "active"};
  const auto at = static_cast<std::size_t>(action);
  return html::fragment<"<span class=\"tag tag-{}\">{}</span>">(kClasses[at], action_label(action));
}

std::string versions_text(const Item& item) {
  std::string out;
  for (const auto& version : item.versions) {
    if (!out.empty()) out += "; ";
    if (!version.component.empty()) out += version.component + " ";
    out += version.text;
  }
  return out;
}

void append_filter(std::string& out, std::string_view id, std::string_view name, std::string_view label,
                   std::string_view any, const std::vector<Option>& options, std::string_view chosen) {
  render<"<label class=\"hidden\" for=\"{}\">{}</label><select id=\"{}\" name=\"{}\"><option value=\"\">{}</option>">(
      out, id, label, id, name, any);
  bool found = chosen.empty();
  for (const auto& option : options) {
    found = found || option.value == chosen;
    render<"<option value=\"{}\" {}>{}</option>">(out, option.value, attribute_if<"selected">(option.value == chosen),
                                                  option.label);
  }
  if (!found) render<"<option value=\"{}\" selected>{}</option>">(out, chosen, chosen);
  out += "</select>\n";
}

std::vector<Option> options_of(const std::vector<std::string>& values) {
  std::vector<Option> options;
  for (const auto& value : values) options.push_back({value, text::shorten(value, 60)});
  return options;
}

void append_granted(std::string& out, const engine::inventory::Access& access) {
  if (!access.granted) return;
  render<
      "<p class=\"callout callout-warn\">[[This is the inventory of {}, which granted the CERT to read it. They see "
      "that "
      "you look.]]</p>\n">(out, access.organisation_name);
}

bool has_inventory(const http::Request& request) {
  return request.principal != nullptr && request.viewer.organisation.has_value() &&
         access::actor(request).may(domain::Permission::read_inventory);
}

namespace {

Html you_html(const store::ExposureAtRecord& found, const std::string& list) {
  const auto devices = trn<"{} device", "{} devices">(found.assets, text::thousands(found.assets));
  const auto sites = trn<"{} site", "{} sites">(found.sites, text::thousands(found.sites));
  return html::fragment<"<p class=\"callout callout-warn no-print\">[[<b>You:</b> <a href=\"{}\">{} at {}</a>]]</p>\n">(
      html::Url::own(list), devices, sites);
}

/// How many assets the advisory matches at all, in which states, lists of them, and the button that matches again.
Result<Html> exposure_counts_html(App& app, const http::Request& request, const domain::Record& record) {
  const auto actor = access::actor(request);
  const engine::inventory::Access access{.organisation = *actor.viewer.organisation};
  TRY(const auto tally, engine::exposure::tally_of(app.database(), actor, access, record.id, request.now));
  std::string out;
  if (tally) {
    std::string states;
    for (const auto state : domain::all_remediation_states()) {
      const auto count = tally->states[static_cast<std::size_t>(state)];
      if (count == 0) continue;
      states += fmt::format("{}{} {}", states.empty() ? "" : ", ", text::thousands(count), state_label(state));
    }
    const auto list = [&](std::string_view by) {
      return html::Url::own(http::with_query(
          "/exposure/lists", {{"by", by}, {"advisory", record.slug}, {"status", "all"}, {"state", "all"}}));
    };
    render<
        "<p class=\"note\">{} ({}): <a href=\"{}\">[[by product]]</a>, <a href=\"{}\">[[by bill of materials]]</a>, <a "
        "href=\"{}\">[[by asset]]</a></p>">(
        out,
        trn<"It speaks of {} asset of the inventory", "It speaks of {} assets of the inventory">(
            tally->assets, text::thousands(tally->assets)),
        states, list("product"), list("bom"), list("asset"));
  }
  out += match_again_html(request, "advisory", record.slug).str();
  if (out.empty()) return Html{};
  return Html::from_trusted("<div class=\"no-print at-home\">" + out + "</div>\n");
}

}  // namespace

Result<Html> exposure_line_html(App& app, const http::Request& request, const domain::Record& record) {
  if (!has_inventory(request)) return Html{};
  TRY(const auto found, engine::exposure::at_record(app.database(), access::actor(request), record.id));
  std::string out;
  if (found) {
    out += you_html(*found,
                    http::with_query("/exposure", {{"advisory", record.slug}, {"status", "all"}, {"state", "all"}}))
               .str();
  }
  TRY(const auto counted, exposure_counts_html(app, request, record));
  return Html::from_trusted(out + counted.str());
}

Result<Html> vulnerability_line_html(App& app, const http::Request& request, std::string_view vulnerability) {
  if (!has_inventory(request)) return Html{};
  TRY(const auto found,
      engine::exposure::at_vulnerability(app.database(), access::actor(request), vulnerability, request.now));
  if (!found) return Html{};
  return you_html(*found,
                  http::with_query("/exposure", {{"cve", vulnerability}, {"status", "affected"}, {"state", "all"}}));
}

boost::json::object asset_json(const store::Asset& asset) {
  boost::json::object out;
  out["id"] = asset.id;
  out["label"] = asset.label;
  const auto& item = asset.item;
  for (const auto& each : kTexts) out[each.name] = item.*each.member;
  auto& versions = out["versions"].emplace_array();
  for (const auto& version : item.versions) {
    versions.push_back(boost::json::object{{"component", version.component}, {"text", version.text}});
  }
  for (const auto& each : kLists) out[each.name] = texts_json(item.*each.member);
  for (const auto& each : kPairs) {
    auto& list = out[each.name].emplace_array();
    for (const auto& [first, second] : item.*each.member) {
      list.push_back(boost::json::object{{each.first, first}, {each.second, second}});
    }
  }
  out["added_at"] = format_rfc3339(asset.added_at);
  out["changed_at"] = format_rfc3339(asset.changed_at);
  out["waits_for_matching"] = asset.due;
  return out;
}

Result<Item> item_from_json(const boost::json::object& object) {
  Item item;
  for (const auto& [member, value] : object) {
    const std::string_view name = member;
    if (value.is_null()) continue;
    if (const auto* text = std::ranges::find(kTexts, name, &TextMember::name); text != kTexts.end()) {
      if (!value.is_string()) return wrong_type(name);
      item.*text->member = std::string{value.get_string()};
    } else if (const auto* list = std::ranges::find(kLists, name, &ListMember::name); list != kLists.end()) {
      if (!value.is_array()) return wrong_type(name);
      for (const auto& each : value.get_array()) {
        if (!each.is_string()) return wrong_type(name);
        (item.*list->member).emplace_back(each.get_string());
      }
    } else if (const auto* pairs = std::ranges::find(kPairs, name, &PairsMember::name); pairs != kPairs.end()) {
      TRY_VOID(each_pair(value, name, pairs->first, pairs->second, [&](std::string first, std::string second) {
        (item.*pairs->member).emplace_back(std::move(first), std::move(second));
      }));
    } else if (name == "versions") {
      TRY_VOID(each_pair(value, name, "component", "text", [&](std::string component, std::string text) {
        item.versions.push_back({std::move(component), std::move(text)});
      }));
    } else {
      return Error::invalid(tr<"'{}' is no field of an asset">(text::shorten(name, 60)), std::string{name});
    }
  }
  return item;
}

boost::json::object match_json(const store::ExposureRow& row, const engine::exposure::Decision& decision,
                               Timestamp now) {
  const auto& match = row.match;
  boost::json::object out;
  out["asset"] = match.asset;
  out["label"] = row.label;
  out["vendor"] = row.vendor;
  out["site"] = row.site;
  out["zone"] = row.zone;
  out["criticality"] = row.criticality;
  out["advisory"] = row.slug;
  out["tracking_id"] = row.tracking_id;
  out["title"] = row.title;
  out["tlp"] = domain::to_string(row.tlp);
  out["score"] = score_json(row.score_tenths);
  out["status"] = engine::exposure::to_string(static_cast<Status>(match.status));
  out["confidence"] = static_cast<double>(match.confidence) / 1000;
  out["product_ids"] = texts_json(match.product_ids);
  out["cves"] = texts_json(match.cves);
  out["because"] = match.because;
  if (match.question.empty()) {
    out["question"] = nullptr;
  } else {
    out["question"] = match.question;
  }
  out["decision"] = engine::exposure::to_string(decision.action);
  out["decision_because"] = decision.because;
  out["decision_table"] = decision.table;
  out["decision_vulnerability"] = decision.vulnerability;
  auto& path = out["decision_path"].emplace_array();
  for (const auto& step : decision.path) {
    path.push_back({{"point", step.point},
                    {"name", step.name},
                    {"value", step.value},
                    {"value_name", step.in_words},
                    {"because", step.because},
                    {"assumed", step.assumed}});
  }
  out["due"] = nullptr;
  if (decision.due) out["due"] = format_date(*decision.due);
  out["verdict"] = domain::to_string(match.verdict);
  out["state"] = domain::to_string(engine::exposure::state_at(match, now));
  out["state_until"] = time_json(match.state_until);
  out["found_at"] = format_rfc3339(match.found_at);
  out["changed_at"] = format_rfc3339(match.changed_at);
  return out;
}

boost::json::object difference_json(const engine::inventory::Difference& difference) {
  boost::json::object out;
  out["rows"] = difference.rows;
  out["added"] = difference.added;
  out["changed"] = difference.changed;
  out["unchanged"] = difference.unchanged;
  out["missing"] = difference.missing;
  out["removed"] = difference.removed;
  out["bad"] = difference.bad;
  auto& errors = out["errors"].emplace_array();
  for (const auto& each : difference.errors) {
    errors.push_back(boost::json::object{{"row", each.row}, {"message", each.message}});
  }
  auto& changed = out["changes"].emplace_array();
  for (const auto& asset : difference.changed_assets) {
    boost::json::object each;
    each["id"] = asset.id;
    each["label"] = asset.label;
    auto& fields = each["fields"].emplace_array();
    for (const auto& field : asset.fields) {
      fields.push_back(boost::json::object{{"field", field.field}, {"before", field.before}, {"after", field.after}});
    }
    changed.push_back(std::move(each));
  }
  out["digest"] = difference.digest;
  return out;
}

}  // namespace tocsin::portal::pages
