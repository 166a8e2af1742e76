#include "portal/pages/glass_view.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {
namespace {

namespace guard = engine::guard;
using html::Html;
using html::render;
using html::Url;

boost::json::object named(std::int64_t id, std::string_view name) {
  boost::json::object out;
  out["id"] = id;
  out["name"] = name;
  return out;
}

Html state_html(const http::Request& request, const guard::GlassRow& row, std::string_view back) {
  std::string out;
  const auto& grant = row.grant;
  if (row.in_force) {
    render<"[[<span class=\"tag tag-applied\">open</span> until {}]]">(out, datetime_html(grant.until));
    if (row.may_end) {
      out += button_form(request, fmt::format("/break-glass/{}/end", grant.id), tr<"End it now">(), {{"back", back}})
                 .str();
    }
  } else if (grant.ended_at) {
    if (row.ended_by.empty()) {
      render<"[[<span class=\"tag\">ended</span> {}]]">(out, datetime_html(*grant.ended_at));
    } else {
      render<"[[<span class=\"tag\">ended</span> {} by {}]]">(out, datetime_html(*grant.ended_at), row.ended_by);
    }
  } else {
    render<"[[<span class=\"tag\">over</span> since {}]]">(out, datetime_html(grant.until));
  }
  return Html::from_trusted(std::move(out));
}

}  // namespace

Html glass_table_html(const http::Request& request, const std::vector<guard::GlassRow>& rows, std::string_view back) {
  std::string out;
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><caption class=\"hidden\">[[Break-glass "
      "access]]</caption><thead>"
      "<tr><th scope=\"col\">[[Since]]</th><th scope=\"col\">[[Who]]</th><th scope=\"col\">[[What]]</th><th "
      "scope=\"col\">[[Reason]]</th><th scope=\"col\">[[Now]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : rows) {
    std::string what;
    if (row.record_slug.empty()) {
      render<"<span class=\"note\">[[a record of {}]]</span>">(what,
                                                               organisation_link(row.grant.owner.value, row.owner));
    } else {
      render<"{} <a href=\"{}\">{}</a> {}">(what, tlp_badge(*row.tlp), Url::own(advisory_url(row.record_slug)),
                                            row.record_slug, row.record_title);
    }
    render<
        R"(<tr><td data-label="[[Since]]">{}</td><td data-label="[[Who]]">[[{} <span class="note">for {}</span>]]</td><td data-label="[[What]]">{}</td><td data-label="[[Reason]]">{}</td><td data-label="[[Now]]">{}</td></tr>
)">(out, datetime_html(row.grant.began_at), row.person.empty() ? tr<"somebody erased">() : std::string_view{row.person},
        row.organisation, Html::from_trusted(std::move(what)), row.grant.reason, state_html(request, row, back));
  }
  out += "</tbody></table></div>\n";
  return Html::from_trusted(std::move(out));
}

Html glass_section_html(const http::Request& request, const std::vector<guard::GlassRow>& rows, std::string_view back) {
  if (rows.empty()) return {};
  const auto open = std::ranges::count_if(rows, &guard::GlassRow::in_force);
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"glass\"><h2 id=\"glass\">[[Break-glass access]]</h2>\n">(out);
  if (open > 0) {
    render<
        "<p class=\"callout callout-warn\">[[<b>{} open at this moment.</b> Somebody reads what they do not see "
        "otherwise.]]</p>\n">(out, open);
  }
  out += glass_table_html(request, rows, back).str();
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

boost::json::object glass_json(const guard::GlassRow& row) {
  const auto& grant = row.grant;
  boost::json::object out;
  out["id"] = grant.id;
  out["person"] = named(grant.person.value, row.person);
  out["organisation"] = named(grant.organisation.value, row.organisation);
  out["owner"] = named(grant.owner.value, row.owner);
  out["record"] = row.record_slug;
  out["title"] = row.record_title;
  out["reason"] = grant.reason;
  out["began_at"] = format_rfc3339(grant.began_at);
  out["until"] = format_rfc3339(grant.until);
  out["ended_at"] = time_json(grant.ended_at);
  out["in_force"] = row.in_force;
  return out;
}

}  // namespace tocsin::portal::pages
