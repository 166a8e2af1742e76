#include "portal/pages/sharing_form.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/cases/cases.hpp"
#include "engine/members/members.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {
namespace {

namespace sharing = engine::sharing;
using domain::Audience;
using domain::Grantee;
using domain::Tlp;
using html::Html;
using html::render;

constexpr int kPeopleBytesMax = 8'000;
constexpr std::size_t kPeopleMax = 100;
constexpr Tlp kTlps[] = {Tlp::clear, Tlp::green, Tlp::amber, Tlp::amber_strict, Tlp::red};
constexpr Audience kAudiences[] = {Audience::owner_only, Audience::listed, Audience::members, Audience::everyone};

std::string_view meaning(Tlp tlp) noexcept {
  switch (tlp) {
    case Tlp::clear:
      return tr<"may be public">();
    case Tlp::green:
      return tr<"for the community of members">();
    case Tlp::amber:
      return tr<"for recipients and their clients">();
    case Tlp::amber_strict:
      return tr<"for recipients' organisations only">();
    case Tlp::red:
      break;
  }
  return tr<"for single people only">();
}

std::string_view hint(Audience audience) noexcept {
  switch (audience) {
    case Audience::everyone:
      return tr<"CLEAR reaches everybody, GREEN every member; above, nobody but us.">();
    case Audience::members:
      return tr<"Up to AMBER+STRICT.">();
    case Audience::owner_only:
      return tr<"Our own people, as far as their role reads it.">();
    case Audience::listed:
      break;
  }
  return tr<"Organisations, communities, cases and people chosen below.">();
}

std::vector<Option> with_chosen(std::vector<Option> options, const sharing::Reach& reach, const sharing::Sight& sight,
                                const std::vector<Grantee>& listed, Grantee::Kind kind) {
  for (const auto& each : sharing::addressees(listed, reach, sight)) {
    if (each.kind != kind || std::ranges::find(options, each.value, &Option::value) != options.end()) continue;
    // Listed, and in no list that the reader sees: it stays until they take it away.
    options.push_back({.value = each.value, .label = each.name});
  }
  return options;
}

std::string action_of(const Sharing& sharing) { return record_url(sharing.record) + "/sharing"; }

}  // namespace

std::vector<Option> tlp_options() {
  std::vector<Option> options;
  for (const auto each : kTlps) {
    options.push_back({.value = std::string{domain::to_string(each)},
                       .label = fmt::format("TLP:{}", domain::to_string(each)),
                       .hint = std::string{meaning(each)}});
  }
  return options;
}

Result<std::vector<Option>> community_options(App& app, const engine::Actor& actor) {
  TRY(const auto rows, engine::members::list_communities(app.database(), actor));
  std::vector<Option> communities;
  for (const auto& row : rows) {
    if (!row.community.closed) {
      communities.push_back({.value = std::to_string(row.community.id.value), .label = row.community.name});
    }
  }
  return communities;
}

Result<std::optional<Timestamp>> embargo_of(const std::string& typed) {
  if (typed.empty()) return std::optional<Timestamp>{};
  auto time = parse_rfc3339(typed);
  if (!time) time = parse_rfc3339(typed + ":00Z");
  if (!time) time = parse_rfc3339(typed + "Z");
  if (!time)
    return Error::invalid(std::string{tr<"a date and time in UTC is written as 2026-06-01T12:00">()}, "embargo");
  return std::optional{*time};
}

void append_fold(FormMarkup& markup, const Form& form, std::string_view name, std::string_view title,
                 std::string_view legend, const std::vector<Option>& options) {
  if (options.empty()) return;
  const auto chosen = form.all(name).size();
  std::string begin;
  render<"<details class=\"field\" {}><summary>{} <span class=\"count\">[[{} of {}]]</span></summary>">(
      begin, html::attribute_if<"open">(chosen > 0 || options.size() <= 10), title, chosen, options.size());
  markup.html(Html::from_trusted(std::move(begin)));
  markup.checkboxes(name, legend, options);
  markup.html(Html::from_trusted("</details>\n"));
}

Result<Form> read_sharing_form(const http::Request& request) {
  return Form::read(request,
                    {"tlp", "audience", "people", "embargo", "publish", "step", "digest", "confirmed", "reason"},
                    {"organisation", "community", "case", "person"});
}

Form sharing_form_of(const Sharing& sharing) {
  const auto marking = sharing::marking_of(sharing.record);
  Form form;
  form.with("tlp", std::string{domain::to_string(marking.tlp)});
  form.with("audience", std::string{domain::to_string(marking.audience)});
  for (const auto& each : sharing::addressees(marking.listed, sharing.now, sharing.sight)) {
    form.with(std::string{domain::to_string(each.kind)}, each.value);
  }
  if (marking.embargo_until) {
    // As the browser's field has it; whole minutes where it is one.
    auto text = format_rfc3339(*marking.embargo_until);
    text.pop_back();
    if (text.ends_with(":00")) text.resize(text.size() - 3);
    form.with("embargo", std::move(text));
  }
  return form;
}

Result<sharing::Marking> marking_of(App& app, const engine::Actor& actor, const domain::Record& record,
                                    const Form& form) {
  sharing::Marking marking;
  const auto tlp = domain::parse_tlp(form.get("tlp"));
  if (!tlp) return Error::invalid(std::string{tr<"choose a TLP label">()}, "tlp");
  marking.tlp = *tlp;
  const auto audience = sharing::parse_audience(form.get("audience"));
  if (!audience) return Error::invalid(std::string{tr<"choose to whom it is addressed">()}, "audience");
  marking.audience = *audience;
  TRY(marking.embargo_until, embargo_of(form.get("embargo")));
  marking.status = record.status;
  if (form.checked("publish") && record.status == domain::RecordStatus::draft) {
    marking.status = domain::RecordStatus::published;
  }
  if (marking.audience != Audience::listed) return marking;
  std::vector<std::string> typed;
  for (const std::string_view kind : {"organisation", "community", "case", "person"}) {
    for (const auto& each : form.all(kind)) typed.push_back(fmt::format("{}:{}", kind, each));
  }
  std::string people{form.raw("people")};
  std::ranges::replace_if(people, [](char c) { return c == ',' || c == ';' || c == '\n' || c == '\r'; }, ' ');
  people = text::squeeze(people);
  std::size_t mails = 0;
  for (const auto word : text::split(people, ' ')) {
    if (word.empty()) continue;
    if (++mails > kPeopleMax) return Error::invalid(tr<"at most {} addresses at once">(kPeopleMax), "people");
    typed.push_back(fmt::format("person:{}", word));
  }
  const auto found = app.database().read([&](store::Connection& connection) -> Status {
    for (const auto& each : typed) {
      auto added = sharing::add_addressee(connection, actor, record, each, marking);
      if (!added) {
        auto error = std::move(added).error();
        if (error.where == "listed")
          error.where = each.starts_with("person:") ? "people" : each.substr(0, each.find(':'));
        return error;
      }
    }
    return ok();
  });
  if (!found) return found.error();
  domain::tidy(marking.listed);
  return marking;
}

Result<Html> sharing_form_html(App& app, const http::Request& request, const Sharing& loaded, const Form& form) {
  const auto actor = access::actor(request);
  const auto& listed = loaded.record.listed;
  TRY(auto organisations, organisation_options(app, actor));
  std::erase_if(organisations,
                [&](const auto& each) { return each.value == std::to_string(loaded.record.owner.value); });
  organisations = with_chosen(std::move(organisations), loaded.now, loaded.sight, listed, Grantee::Kind::organisation);
  TRY(auto communities, community_options(app, actor));
  communities = with_chosen(std::move(communities), loaded.now, loaded.sight, listed, Grantee::Kind::community);
  TRY(const auto known,
      engine::cases::list_cases(app.database(), actor, {.text = {}, .state = domain::CaseState::open, .kind = {}}));
  std::vector<Option> cases;
  for (const auto& row : known) {
    cases.push_back({.value = row.it.number, .label = fmt::format("{}: {}", row.it.number, row.it.title)});
  }
  cases = with_chosen(std::move(cases), loaded.now, loaded.sight, listed, Grantee::Kind::case_file);
  const auto people = with_chosen({}, loaded.now, loaded.sight, listed, Grantee::Kind::person);

  std::vector<Option> audiences;
  for (const auto each : kAudiences) {
    audiences.push_back({.value = std::string{domain::to_string(each)},
                         .label = std::string{audience_label(each)},
                         .hint = std::string{hint(each)}});
  }
  FormMarkup markup{request, action_of(loaded), form};
  markup.radios("tlp", "TLP", tlp_options(), tr<"Never wider than the document itself says.">());
  markup.radios("audience", tr<"Addressed to">(), audiences);
  append_fold(markup, form, "organisation", tr<"Organisations">(), tr<"Organisations that are listed">(),
              organisations);
  append_fold(markup, form, "community", tr<"Communities">(), tr<"Communities that are listed">(), communities);
  append_fold(markup, form, "case", tr<"Cases">(), tr<"Cases whose participants are listed">(), cases);
  append_fold(markup, form, "person", tr<"People">(), tr<"People who are listed">(), people);
  markup.textarea({.name = "people",
                   .label = tr<"Further people, by mail address">(),
                   .hint = loaded.now.naming == sharing::Naming::accounts
                               ? tr<"One a line. Only who has an account here can be listed; their organisation does "
                                    "not see it by this.">()
                               : tr<"One a line. Who has no account here yet sees it once they have one; their "
                                    "organisation does not see it by this.">(),
                   .maxlength = kPeopleBytesMax},
                  3);
  markup.input({.name = "embargo",
                .label = tr<"Embargo until (UTC)">(),
                .hint = tr<"Until then nobody but us sees it. Empty: no embargo.">(),
                .type = "datetime-local",
                .maxlength = 32});
  if (loaded.record.status == domain::RecordStatus::draft) {
    markup.checkbox("publish", tr<"Publish it">(), tr<"It is a draft: only those of us see it who edit drafts.">());
  }
  return markup.submit(tr<"Show who would see it">(), FormMarkup::Button::normal, record_url(loaded.record));
}

Html sharing_again_html(const http::Request& request, const Sharing& loaded, const Form& form, std::string_view step,
                        const Html& before_button, std::string_view label, FormMarkup::Button button,
                        std::string_view id, std::string_view cancel) {
  FormMarkup markup{request, action_of(loaded), form, id};
  for (const std::string_view name : {"tlp", "audience", "people", "embargo", "publish"}) {
    if (form.checked(name)) markup.hidden(name, form.raw(name));
  }
  for (const std::string_view name : {"organisation", "community", "case", "person"}) {
    for (const auto& value : form.all(name)) markup.hidden(name, value);
  }
  markup.hidden("step", step);
  markup.html(before_button);
  return markup.submit(label, button, cancel);
}

}  // namespace tocsin::portal::pages
