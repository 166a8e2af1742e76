#include "portal/pages/audit_parts.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/audit/export.hpp"
#include "engine/audit/trail.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
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

Html log_link(std::string_view parameter, const Named& organisation) {
  const auto name = organisation.name.empty() ? tr<"organisation {}">(organisation.id) : organisation.name;
  return fragment<"<a href=\"{}\">{}</a>">(Url::own(fmt::format("/audit?{}={}", parameter, organisation.id)), name);
}

/// The actor's name that stands in the detail.
std::string by_of(const Row& row) {
  const auto parsed = json::parse(row.stored.entry.personal.detail);
  return parsed ? std::string{json::string_at(parsed->root(), "by")} : std::string{};
}

/// What an action means, in words; its name where it has none.
Html action_html(std::string_view action) {
  const auto meaning = engine::audit::meaning_of(action);
  return meaning.empty() ? fragment<"<code>{}</code>">(action) : Html::from_text(tr_text(meaning));
}

/// Text of a detail's member; nested values as JSON.
std::string text_of(const boost::json::value& value) {
  if (value.is_string()) return std::string{std::string_view{value.get_string()}};
  return json::write(value);
}

}  // namespace

Html who_html(const Row& row, Leads leads) {
  std::string out;
  if (row.person) {
    const auto name = row.person->name.empty() ? tr<"person {}">(row.person->id) : row.person->name;
    if (leads == Leads::to_log) {
      render<"<a href=\"{}\">{}</a>">(out, Url::own(fmt::format("/audit?person={}", row.person->id)), name);
    } else {
      html::escape(out, name);
    }
  } else if (const auto by = by_of(row); !by.empty()) {
    html::escape(out, by);  // "console"
    return Html::from_trusted(std::move(out));
  } else {
    render<"<span class=\"note\">[[nobody signed in]]</span>">(out);
  }
  auto who = Html::from_trusted(std::move(out));
  if (!row.organisation) return who;
  return fragment<"[[{} <span class=\"note\">for</span> {}]]">(
      who, leads == Leads::to_log ? log_link("organisation", *row.organisation)
                                  : organisation_link(row.organisation->id, row.organisation->name));
}

Html owner_html(const Row& row) { return row.owner ? log_link("owner", *row.owner) : Html{}; }

Html outcome_tag(domain::audit::Outcome outcome) {
  if (outcome == domain::audit::Outcome::done) return {};
  return fragment<" <span class=\"tag tag-refused\">{}</span>">(tr_text(domain::audit::to_string(outcome)));
}

Html object_html(std::string_view object) {
  if (object.empty()) return {};
  return fragment<"<a href=\"{}\">{}</a>">(Url::own(http::with_query("/audit", {{"object", object}})), object);
}

Html detail_html(const store::AuditRow& row) {
  if (row.personal_erased) return fragment<"<span class=\"note\">[[erased with the person]]</span>">();
  const auto& detail = row.entry.personal.detail;
  if (detail.empty()) return {};
  const auto parsed = json::parse(detail);
  if (!parsed || !parsed->root().is_object()) return Html::from_text(detail);
  std::string out;
  for (const auto& [name, value] : parsed->root().as_object()) {
    if (name == "by") continue;  // stands under "who"
    if (!out.empty()) out += "<br>";
    render<"<span class=\"note\">{}:</span> {}">(out, std::string_view{name}, text_of(value));
  }
  return Html::from_trusted(std::move(out));
}

void append_history(std::string& out, const std::vector<Row>& rows) {
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Time]]</th><th "
      "scope=\"col\">[[What]]</th><th scope=\"col\">[[Who]]</th><th "
      "scope=\"col\">[[Detail]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : rows) {
    const auto& entry = row.stored.entry;
    render<
        R"(<tr><td data-label="[[Time]]">{}</td><td data-label="[[What]]">{}{}</td><td data-label="[[Who]]">{}</td><td data-label="[[Detail]]">{}</td></tr>
)">(out, datetime_html(entry.at), action_html(entry.action), outcome_tag(entry.outcome), who_html(row, Leads::to_pages),
        detail_html(row.stored));
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
