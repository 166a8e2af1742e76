#include "portal/pages/sharing_view.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {
namespace {

namespace sharing = engine::sharing;
using html::Html;
using html::render;
using html::Url;

/// Shorter lists stand open.
constexpr std::size_t kNamesOpen = 8;

boost::json::array sentences_json(const sharing::Reach& reach, const sharing::Marking& marking,
                                  const sharing::Sight& sight) {
  boost::json::array all;
  for (const auto& each : sharing::sentences(reach, marking, sight)) {
    boost::json::object out;
    out["reason"] = domain::policy::to_string(each.reason);
    out["text"] = each.text;
    auto& names = out["names"].emplace_array();
    for (const auto& name : each.names) names.emplace_back(name);
    out["names_hidden"] = each.names_hidden;
    all.push_back(std::move(out));
  }
  return all;
}

boost::json::object reach_json(const sharing::Reach& reach, const sharing::Marking& marking,
                               const sharing::Sight& sight) {
  boost::json::object out;
  out["everyone"] = reach.everyone;
  out["every_member"] = reach.every_member;
  out["people"] = reach.people_total;
  out["organisations"] = reach.organisations.size();
  out["reasons"] = sentences_json(reach, marking, sight);
  return out;
}

boost::json::object marking_json(const sharing::Marking& marking, const sharing::Reach& reach,
                                 const sharing::Sight& sight) {
  boost::json::object out;
  out["tlp"] = domain::to_string(marking.tlp);
  out["audience"] = domain::to_string(marking.audience);
  auto& listed = out["listed"].emplace_array();
  for (const auto& each : sharing::addressees(marking.listed, reach, sight)) listed.emplace_back(each.text());
  out["embargo_until"] = time_json(marking.embargo_until);
  out["status"] = domain::to_string(marking.status);
  return out;
}

}  // namespace

Result<Html> why_html(App& app, const http::Request& request, const domain::Record& record) {
  TRY(const auto why, app.database().read([&](store::Connection& connection) {
    return sharing::why(connection, request.viewer, record, request.now);
  }));
  if (why.empty()) return Html{};
  std::string out;
  render<"<p class=\"why no-print\"><b>[[Why can I see this?]]</b> {}">(out, why);
  if (sharing::may_look(access::actor(request), record, request.now)) {
    render<" <a href=\"{}\">[[Sharing]]</a>">(out, Url::own(record_url(record) + "/sharing"));
  }
  out += "</p>\n";
  return Html::from_trusted(std::move(out));
}

Result<boost::json::object> why_json(App& app, const http::Request& request, const domain::Record& record) {
  TRY(const auto why, app.database().read([&](store::Connection& connection) {
    return sharing::why(connection, request.viewer, record, request.now);
  }));
  boost::json::object out;
  out["reason"] = domain::policy::to_string(
      domain::policy::decide(request.viewer, domain::policy::facts_of(record), request.now).reason);
  out["why"] = why;
  return out;
}

Result<Sharing> load_sharing(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  Sharing loaded;
  TRY(loaded.record, record_of(app, request));
  if (!sharing::may_look(actor, loaded.record, request.now)) {
    return Error::not_found(is_threat(loaded.record) ? "threat" : "advisory");
  }
  TRY_VOID(look_at_sharing(app.database(), actor, loaded, request.now));
  return loaded;
}

Status look_at_sharing(store::Database& database, const engine::Actor& actor, Sharing& into, Timestamp now) {
  const auto& record = into.record;
  into.may_change = sharing::may_change(actor, record).has_value();
  TRY(into.sight, sharing::sight_of(database, actor, record.listed));
  const auto naming = sharing::naming_for(actor);
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> Status {
    const auto marking = sharing::marking_of(record);
    TRY(into.now, sharing::who_sees(connection, record.owner, marking, now, naming));
    if (marking.embargo_until && *marking.embargo_until > now) {
      TRY(into.after_embargo, sharing::who_sees(connection, record.owner, marking, *marking.embargo_until, naming));
    }
    return ok();
  }));
  into.owner_name =
      sharing::grantee_name(into.now, {domain::Grantee::Kind::organisation, record.owner.value}, into.sight);
  return ok();
}

std::string_view audience_label(domain::Audience audience) noexcept {
  switch (audience) {
    case domain::Audience::everyone:
      return tr<"Everyone whom the TLP lets see it">();
    case domain::Audience::members:
      return tr<"Every member organisation">();
    case domain::Audience::owner_only:
      return tr<"Nobody but us">();
    case domain::Audience::listed:
      break;
  }
  return tr<"Only those who are listed">();
}

Html reach_html(const sharing::Reach& reach, const sharing::Marking& marking, const sharing::Sight& sight) {
  std::string out = "<ul class=\"reach\">\n";
  const auto all = sharing::sentences(reach, marking, sight);
  for (const auto& each : all) {
    render<"<li><p>{}</p>">(out, each.text);
    if (each.names_hidden) render<"<p class=\"note\">[[Who they are is not shown to you.]]</p>">(out);
    if (!each.names.empty()) {
      render<"<details class=\"fold\" {}><summary>{}</summary><ul class=\"names\">">(
          out, html::attribute_if<"open">(each.names.size() <= kNamesOpen),
          trn<"{} name", "{} names">(static_cast<long long>(each.names.size()), each.names.size()));
      for (const auto& name : each.names) render<"<li>{}</li>">(out, name);
      out += "</ul></details>";
    }
    out += "</li>\n";
  }
  if (all.empty()) render<"<li><p>[[Nobody.]]</p></li>\n">(out);
  out += "</ul>\n";
  if (!reach.idle.empty()) {
    std::vector<std::string> names;
    for (const auto& each : sharing::addressees(reach.idle, reach, sight)) names.push_back(each.name);
    render<"<p class=\"callout callout-warn\">[[<b>Listed, but reaching nobody at present:</b> {}.]]</p>\n">(
        out, sharing::some_of(names));
  }
  return Html::from_trusted(std::move(out));
}

Html marking_html(const sharing::Marking& marking, const sharing::Reach& reach, const sharing::Sight& sight) {
  std::string out = "<dl class=\"kv\">\n";
  append_fact(out, "TLP", tlp_badge(marking.tlp));
  append_fact(out, tr<"Addressed to">(), audience_label(marking.audience));
  if (marking.audience == domain::Audience::listed) {
    std::vector<std::string> names;
    for (const auto& each : sharing::addressees(marking.listed, reach, sight)) names.push_back(each.name);
    names.insert(names.end(), marking.addresses.begin(), marking.addresses.end());
    append_fact(out, tr<"Listed">(), names.empty() ? std::string{tr<"nobody">()} : joined(names));
  }
  append_fact(out, tr<"Embargo until">(), marking.embargo_until ? datetime_html(*marking.embargo_until) : Html{});
  append_fact(out, tr<"Status">(), tr_text(domain::to_string(marking.status)));
  out += "</dl>\n";
  return Html::from_trusted(std::move(out));
}

boost::json::object sharing_json(const Sharing& loaded) {
  const auto marking = sharing::marking_of(loaded.record);
  boost::json::object out;
  out["slug"] = loaded.record.slug;
  out["title"] = loaded.record.title;
  boost::json::object owner;
  owner["id"] = loaded.record.owner.value;
  owner["name"] = loaded.owner_name;
  out["owner"] = std::move(owner);
  out["marking"] = marking_json(marking, loaded.now, loaded.sight);
  out["reach"] = reach_json(loaded.now, marking, loaded.sight);
  if (loaded.after_embargo) {
    out["after_embargo"] = reach_json(*loaded.after_embargo, marking, loaded.sight);
  } else {
    out["after_embargo"] = nullptr;
  }
  auto& idle = out["idle"].emplace_array();
  for (const auto& each : sharing::addressees(loaded.now.idle, loaded.now, loaded.sight)) {
    idle.emplace_back(each.text());
  }
  out["may_change"] = loaded.may_change;
  return out;
}

boost::json::object difference_json(const sharing::Difference& difference, const sharing::Sight& sight) {
  boost::json::object out;
  out["widens"] = difference.widens();
  out["newly_reached"] = sharing::summary(difference.gained, sight);
  out["no_longer_reached"] = sharing::summary(difference.lost, sight);
  out["digest"] = difference.digest();
  return out;
}

}  // namespace tocsin::portal::pages
