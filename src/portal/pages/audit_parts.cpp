#include "portal/pages/audit_parts.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/audit/export.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {

using engine::audit::view::Named;
using engine::audit::view::Row;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

namespace {

/// Text of a detail's member; nested values as JSON.
std::string text_of(const boost::json::value& value) {
  if (value.is_string()) return std::string{std::string_view{value.get_string()}};
  return json::write(value);
}

}  // namespace

Html who_html(const Row& row) {
  std::string out;
  if (row.person) {
    if (row.person->name.empty()) {
      render<"person {}">(out, row.person->id);
    } else {
      html::escape(out, row.person->name);
    }
  } else {
    out += "<span class=\"note\">nobody signed in</span>";
  }
  if (row.organisation) {
    out += " <span class=\"note\">for</span> ";
    out += organisation_link(row.organisation->id, row.organisation->name).str();
  }
  return Html::from_trusted(std::move(out));
}

Html outcome_tag(domain::audit::Outcome outcome) {
  if (outcome == domain::audit::Outcome::done) return {};
  return fragment<" <span class=\"tag tag-refused\">{}</span>">(domain::audit::to_string(outcome));
}

Html object_html(std::string_view object) {
  struct Target {
    std::string_view prefix;
    const char* base;
  };
  static constexpr Target kTargets[] = {
      {"organisation:", "/organisations/"}, {"person:", "/people/"}, {"community:", "/communities/"}};
  for (const auto& target : kTargets) {
    if (!object.starts_with(target.prefix)) continue;
    const auto id = object.substr(target.prefix.size());
    if (id.empty() || id.find_first_not_of("0123456789") != std::string_view::npos) break;
    return fragment<"<a href=\"{}\">{}</a>">(Url::own(target.base + std::string{id}), object);
  }
  return Html::from_text(object);
}

Html detail_html(const store::AuditRow& row) {
  if (row.personal_erased) return Html::from_trusted("<span class=\"note\">erased with the person</span>");
  const auto& detail = row.entry.personal.detail;
  if (detail.empty()) return {};
  const auto parsed = json::parse(detail);
  if (!parsed || !parsed->root().is_object()) return Html::from_text(detail);
  std::string out;
  for (const auto& [name, value] : parsed->root().as_object()) {
    if (!out.empty()) out += "<br>";
    render<"<span class=\"note\">{}:</span> {}">(out, std::string_view{name}, text_of(value));
  }
  return Html::from_trusted(std::move(out));
}

void append_history(std::string& out, const std::vector<Row>& rows) {
  out +=
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">Time</th><th "
      "scope=\"col\">What</th>"
      "<th scope=\"col\">Who</th><th scope=\"col\">Detail</th></tr></thead><tbody>\n";
  for (const auto& row : rows) {
    const auto& entry = row.stored.entry;
    render<
        R"(<tr><td data-label="Time">{}</td><td data-label="What"><code>{}</code>{}</td><td data-label="Who">{}</td><td data-label="Detail">{}</td></tr>
)">(out, datetime_html(entry.at), entry.action, outcome_tag(entry.outcome), who_html(row), detail_html(row.stored));
  }
  out += "</tbody></table></div>\n";
}

boost::json::object entry_json(const Row& row) {
  // The members of the export, with names beside the numbers.
  const auto parsed = json::parse(engine::audit::json_line(row.stored));
  boost::json::object out{parsed.value().root().get_object(), boost::json::storage_ptr()};
  const auto name = [&out](std::string_view member, const std::optional<Named>& named) {
    if (named) {
      out[member] = named->name;
    } else {
      out[member] = nullptr;
    }
  };
  name("person_name", row.person);
  name("organisation_name", row.organisation);
  name("owner_name", row.owner);
  return out;
}

}  // namespace tocsin::portal::pages
