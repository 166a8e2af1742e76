#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/hooks/hooks.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/notify/subscriptions.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/account.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/readers_clock.hpp"
#include "portal/pages/session.hpp"
#include "portal/pages/threat_json.hpp"

/// What somebody is told of and when, what they were told, and the address of their own feed. What such addresses lead
/// to: notification_links.cpp.
namespace tocsin::portal {
namespace {

namespace notify = engine::notify;
using domain::Pace;
using domain::Permission;
using domain::Subscription;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using notify::SubscriptionInput;
using pages::Form;
using pages::FormMarkup;
using pages::Option;

constexpr const char* kHere = "/notifications";
constexpr int kToldPerPage = 50, kAssetsShown = 20;
constexpr engine::exposure::Status kStatuses[] = {
    engine::exposure::Status::affected, engine::exposure::Status::undecidable,
    engine::exposure::Status::under_investigation, engine::exposure::Status::fixed,
    engine::exposure::Status::not_affected};

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

domain::PersonId me(const http::Request& request) { return request.principal->person; }

std::string_view pace_text(Pace pace) {
  switch (pace) {
    case Pace::now:
      return tr<"At once">();
    case Pace::daily:
      return tr<"Once a day">();
    case Pace::weekly:
      break;
  }
  return tr<"Once a week">();
}

std::string channels_text(const domain::Channels& channels) {
  std::vector<std::string_view> words;
  if (channels.mail) words.push_back(tr<"by mail">());
  if (channels.feed) words.push_back(tr<"in my feed">());
  if (channels.hook) words.push_back(tr<"by webhook">());
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string_view weekday_text(int day) {
  switch (day) {
    case 1:
      return tr<"Monday">();
    case 2:
      return tr<"Tuesday">();
    case 3:
      return tr<"Wednesday">();
    case 4:
      return tr<"Thursday">();
    case 5:
      return tr<"Friday">();
    case 6:
      return tr<"Saturday">();
    default:
      return tr<"Sunday">();
  }
}

// --- one subscription ---

bool reads_inventory(const http::Request& request) { return request.principal->may(Permission::read_inventory); }

/// Sites of one's own inventory, to choose from.
std::vector<std::string> own_sites(App& app, const http::Request& request) {
  if (!reads_inventory(request)) return {};
  const auto mine = engine::inventory::access(app.database(), access::actor(request), {}, request.now);
  if (!mine) return {};
  const auto values = engine::inventory::filter_values(app.database(), *mine);
  return values ? values->sites : std::vector<std::string>{};
}

/// Have they set a webhook of the organisation that they act for?
bool has_webhook(App& app, const http::Request& request) {
  const auto webhooks = engine::hooks::list(app.database(), access::actor(request));
  return webhooks && std::ranges::any_of(*webhooks, [&](const engine::hooks::WebhookRow& row) {
           return row.it.person == request.principal->person;
         });
}

Form form_of(const SubscriptionInput& input) {
  Form form;
  form.with("name", input.name).with("query", input.query).with("site", input.site);
  form.with("pace", std::string{to_string(input.pace)});
  if (input.exposure) form.with("exposure", "yes");
  if (input.connections) form.with("connections", "yes");
  for (const auto& each : input.statuses) form.with("status", each);
  for (const auto& each : input.decisions) form.with("decision", each);
  if (input.channels.mail) form.with("channel", "mail");
  if (input.channels.feed) form.with("channel", "feed");
  if (input.channels.hook) form.with("channel", "hook");
  if (input.paused) form.with("paused", "yes");
  return form;
}

Result<Form> read_form(const http::Request& request) {
  return Form::read(request, {"name", "query", "exposure", "site", "connections", "pace", "paused"},
                    {"status", "decision", "channel"});
}

SubscriptionInput input_of(const Form& form) {
  SubscriptionInput input{.name = form.get("name"), .query = form.get("query"), .exposure = form.checked("exposure")};
  if (input.exposure) {
    input.statuses = form.all("status");
    input.decisions = form.all("decision");
    input.site = form.get("site");
  }
  input.connections = form.checked("connections");
  input.pace = domain::parse_pace(form.get("pace")).value_or(Pace::now);
  input.channels = {};
  for (const auto& each : form.all("channel")) {
    input.channels.mail = input.channels.mail || each == "mail";
    input.channels.feed = input.channels.feed || each == "feed";
    input.channels.hook = input.channels.hook || each == "hook";
  }
  input.paused = form.checked("paused");
  return input;
}

/// `subscription`: being changed; absent: a new one.
http::Response edit_page(App& app, const http::Request& request, const Form& form,
                         const std::optional<Subscription>& subscription) {
  const auto action = subscription ? fmt::format("{}/subscriptions/{}", kHere, subscription->id) : std::string{kHere};
  const std::string title{subscription ? tr<"Change the subscription">() : tr<"New subscription">()};
  std::string out;
  render<"<div class=\"narrow\"><h1>{}</h1>\n">(out, title);
  out += pages::error_summary(form).str();
  FormMarkup markup{request, action, form};
  markup.input({.name = "name",
                .label = tr<"Name">(),
                .hint = tr<"Stands in the letters, so that you know why you get them.">(),
                .maxlength = static_cast<int>(notify::kNameBytesMax)});
  markup.html(fragment<"<fieldset class=\"group\"><legend>[[What you are told of]]</legend>">());
  markup.input({.name = "query",
                .label = tr<"Search">(),
                .hint = tr<"As in the search box, such as: vendor:siemens cvss>=7. Empty is every advisory.">(),
                .type = "search",
                .maxlength = 1'000,
                .code = true});
  if (reads_inventory(request)) {
    markup.checkbox("exposure", tr<"Only what speaks of our own assets">(),
                    tr<"As matched with your inventory, with one of these results:">());
    std::vector<Option> statuses;
    for (const auto each : kStatuses) {
      statuses.push_back({std::string{to_string(each)}, std::string{pages::status_label(each)}});
    }
    markup.checkboxes("status", tr<"Result">(), statuses,
                      tr<"None chosen: affected, undecided and under investigation.">());
    std::vector<Option> decisions;
    for (const auto each : engine::exposure::kActions) {
      decisions.push_back({std::string{to_string(each)}, std::string{pages::action_label(each)}});
    }
    markup.checkboxes("decision", tr<"Decision">(), decisions, tr<"None chosen: whatever is to be done.">());
    std::vector<Option> sites{{"", std::string{tr<"Every site">()}}};
    auto names = own_sites(app, request);
    // One that is no longer in the inventory stays chosen until somebody chooses another.
    if (const auto chosen = form.get("site"); !chosen.empty() && std::ranges::find(names, chosen) == names.end()) {
      names.push_back(chosen);
    }
    for (const auto& each : names) sites.push_back({each, each});
    markup.select({.name = "site", .label = tr<"Site">()}, sites);
  }
  markup.checkbox("connections", tr<"Instead of advisories: new connections with what we shared">(),
                  tr<"What arrives and shares an address, a hash or the like with what your organisation shared under "
                     "its name.">());
  markup.html(fragment<"</fieldset>">());
  std::vector<Option> paces;
  for (const auto each : {Pace::now, Pace::daily, Pace::weekly}) {
    paces.push_back({std::string{to_string(each)}, std::string{pace_text(each)}});
  }
  markup.radios("pace", tr<"When">(), paces, tr<"Hours of digests, and quiet hours, are set for all subscriptions.">());
  std::vector<Option> channels{{"mail", std::string{tr<"Mail">()}, fmt::format("{}", request.principal->email)},
                               {"feed", std::string{tr<"My feed">()},
                                std::string{tr<"An Atom feed with a secret address, for a feed reader.">()}}};
  if ((subscription && subscription->channels.hook) || has_webhook(app, request)) {
    channels.push_back({"hook", std::string{tr<"Webhook">()}, std::string{tr<"Every webhook that you have set.">()}});
  }
  markup.checkboxes("channel", tr<"How">(), channels);
  markup.checkbox("paused", tr<"Paused">(), tr<"What happens meanwhile is not told later.">());
  out += "<div class=\"panel\">" +
         markup.submit(subscription ? tr<"Save">() : tr<"Subscribe">(), FormMarkup::Button::normal, kHere).str() +
         "</div></div>\n";
  return pages::form_page(app, request, pages::account_page(title, kHere, std::move(out)), form);
}

Result<http::Response> show_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"q", "connections", pages::kNoticeParameter}));
  SubscriptionInput input;
  input.query = std::string{request.query.get("q")};
  input.connections = !request.query.get("connections").empty();
  return edit_page(app, request, form_of(input), {});
}

Result<http::Response> create(App& app, const http::Request& request) {
  TRY(auto form, read_form(request));
  const auto made = notify::subscribe(app.database(), access::actor(request), me(request), input_of(form), request.now);
  if (!made) {
    TRY_VOID(form.take(made.error()));
    return edit_page(app, request, form, {});
  }
  return pages::done(kHere, "subscribed");
}

Result<Subscription> meant(App& app, const http::Request& request) {
  const auto id = number_of(request.parameter("id"));
  if (!id) return Error::not_found("subscription");
  TRY(auto found, notify::find(app.database(), access::actor(request), me(request), *id));
  if (!found) return Error::not_found("subscription");
  return std::move(*found);
}

Result<http::Response> show_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto subscription, meant(app, request));
  return edit_page(app, request, form_of(notify::input_of(subscription)), subscription);
}

Result<http::Response> save(App& app, const http::Request& request) {
  TRY(auto form, read_form(request));
  TRY(const auto subscription, meant(app, request));
  const auto saved =
      notify::change(app.database(), access::actor(request), me(request), subscription.id, input_of(form), request.now);
  if (!saved) {
    TRY_VOID(form.take(saved.error()));
    return edit_page(app, request, form, subscription);
  }
  return pages::done(kHere, "saved");
}

Result<http::Response> remove(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  TRY(const auto subscription, meant(app, request));
  TRY_VOID(notify::remove(app.database(), access::actor(request), me(request), subscription.id, request.now));
  return pages::done(kHere, "removed");
}

Result<http::Response> pause(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  TRY(const auto subscription, meant(app, request));
  auto input = notify::input_of(subscription);
  input.paused = !input.paused;
  TRY_VOID(notify::change(app.database(), access::actor(request), me(request), subscription.id, input, request.now));
  return pages::done(kHere, "saved");
}

// --- the page ---

Html asked_for(const Subscription& it) {
  std::string out;
  if (it.connections) {
    render<"<a href=\"/threats/connections\">[[New connections with what we shared]]</a>">(out);
  } else if (it.query.empty()) {
    render<"{}">(out, it.exposure ? tr<"Every advisory that speaks of our assets">() : tr<"Every advisory">());
  } else {
    render<"<a href=\"{}\"><code>{}</code></a>">(out, Url::own(pages::search_url(it.query)), it.query);
    if (it.exposure) render<"<br>{}">(out, tr<"where it speaks of our assets">());
  }
  if (!it.site.empty()) render<" ([[site {}]])">(out, it.site);
  return Html::from_trusted(std::move(out));
}

Html told_how(const Subscription& it) {
  if (it.channels.none()) return fragment<"<span class=\"tag\">[[no way chosen]]</span>">();
  return fragment<"{}, {}{}">(pace_text(it.pace), channels_text(it.channels),
                              it.paused ? fragment<" <span class=\"tag\">[[paused]]</span>">() : Html{});
}

void append_subscriptions(std::string& out, App& app, const http::Request& request,
                          const std::vector<Subscription>& subscriptions) {
  if (subscriptions.empty()) {
    render<
        "<p class=\"panel\">[[You have no subscription yet: <a href=\"/notifications/new\">make one</a>, or search <a "
        "href=\"/advisories\">advisories</a> and subscribe to what you searched for.]]</p>\n">(out);
    return;
  }
  render<
      "<div class=\"table-wrap stack\"><table><thead><tr><th>[[Name]]</th><th>[[What]]</th><th>[[When and "
      "how]]</th><th><span class=\"hidden\">[[Action]]</span></th></tr></thead><tbody>\n">(out);
  for (const auto& it : subscriptions) {
    const auto path = fmt::format("{}/subscriptions/{}", kHere, it.id);
    std::string buttons;
    if (it.channels.mail && app.mails()) {
      buttons +=
          pages::button_form(request, path + "/test", tr<"Test">(), {}, FormMarkup::Button::quiet, it.name).str();
    }
    // Without a way to be told there is nothing to go on with: one is chosen on its own page.
    if (!it.channels.none()) {
      buttons += pages::button_form(request, path + "/pause", it.paused ? tr<"Go on">() : tr<"Pause">(), {},
                                    FormMarkup::Button::quiet, it.name)
                     .str();
    }
    buttons +=
        pages::button_form(request, path + "/remove", tr<"Remove">(), {}, FormMarkup::Button::quiet, it.name).str();
    render<
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td data-label=\"[[What]]\">{}</td><td data-label=\"[[When "
        "and "
        "how]]\">{}</td><td><div class=\"actions\">{}</div></td></tr>\n">(
        out, Url::own(path), it.name, asked_for(it), told_how(it), Html::from_trusted(std::move(buttons)));
  }
  out += "</tbody></table></div>\n";
}

Form form_of(const domain::ReadingTimes& times) {
  Form form;
  form.with("digest_at", domain::write_minute(times.digest_minute));
  form.with("digest_on", std::to_string(times.digest_weekday));
  const bool quiet = times.quiet_from != times.quiet_until;
  form.with("quiet_from", quiet ? domain::write_minute(times.quiet_from) : std::string{});
  form.with("quiet_until", quiet ? domain::write_minute(times.quiet_until) : std::string{});
  if (times.paused) form.with("paused", "yes");
  return form;
}

Html times_form(const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/notifications/times", form, "t"};
  const auto time = [&](std::string_view name, std::string_view label, std::string_view hint, bool required) {
    markup.input({.name = name, .label = label, .hint = hint, .type = "time", .maxlength = 5, .required = required});
  };
  time("digest_at", tr<"Digests come at">(), {}, true);
  std::vector<Option> days;
  for (int day = 1; day <= 7; ++day) days.push_back({std::to_string(day), std::string{weekday_text(day)}});
  markup.select({.name = "digest_on", .label = tr<"Those of the week on">(), .required = true}, days);
  time("quiet_from", tr<"Quiet from">(), tr<"Letters at once wait until the quiet hours end.">(), false);
  time("quiet_until", tr<"Quiet until">(), {}, false);
  markup.checkbox("paused", tr<"Tell me nothing for now">(), tr<"What happens meanwhile is not told later.">());
  return markup.submit(tr<"Save">());
}

void append_feed(std::string& out, const http::Request& request, std::optional<Timestamp> made_at) {
  render<
      "<section class=\"panel\"><h2>[[My feed]]</h2>\n<p>[[What your subscriptions tell in your feed, for a feed "
      "reader. "
      "Whoever has its address reads it: keep it to yourself.]]</p>\n">(out);
  if (made_at) render<"<p>[[Its address was made on {}.]]</p>\n">(out, pages::date_html(*made_at));
  out += "<div class=\"actions\">";
  out += pages::button_form(request, "/notifications/feed",
                            made_at ? tr<"Make a new address">() : tr<"Make its address">(), {{"act", "make"}})
             .str();
  if (made_at) {
    out += pages::button_form(request, "/notifications/feed", tr<"Close the feed">(), {{"act", "revoke"}}).str();
  }
  out += "</div></section>\n";
}

/// Of both kinds of notices.
template <class Notice>
Html state_of(const Notice& notice) {
  using store::NoticeDropped;
  using store::NoticeState;
  if (notice.state == NoticeState::waiting) {
    return fragment<"[[waits until {}]]">(pages::datetime_html(notice.due_at));
  }
  if (notice.state == NoticeState::sent) {
    const auto at = pages::datetime_html(notice.settled_at.value_or(notice.noticed_at));
    if (notice.letter) return fragment<"[[by mail, {}]]">(at);
    if (notice.channels.feed) return fragment<"[[in the feed, {}]]">(at);
    if (notice.channels.hook) return fragment<"[[by webhook, {}]]">(at);
    return Html::from_text(tr<"shown here only: no mail is sent">());
  }
  switch (notice.dropped) {
    case NoticeDropped::hidden:
      return Html::from_text(tr<"not sent: you may not see it any more">());
    case NoticeDropped::unsubscribed:
      return Html::from_text(tr<"not sent: no subscription asks for it any more">());
    case NoticeDropped::replaced:
      return Html::from_text(tr<"told with a later change">());
    case NoticeDropped::paused:
      return Html::from_text(tr<"not sent: paused">());
    case NoticeDropped::not_dropped:
      break;
  }
  return {};
}

std::string_view kind_text(store::NoticeKind kind) {
  switch (kind) {
    case store::NoticeKind::created:
      return tr<"#notice#New">();
    case store::NoticeKind::changed:
      return tr<"#notice#Changed">();
    case store::NoticeKind::connected:
      return tr<"#notice#New connection">();
    case store::NoticeKind::withdrawn:
      break;
  }
  return tr<"#notice#Withdrawn">();
}

void append_told(std::string& out, const notify::NoticePage& page) {
  render<"<h2 id=\"told\">[[What you were told]]</h2>\n">(out);
  if (page.rows.empty()) {
    render<"<p class=\"panel\">[[Nothing yet.]]</p>\n">(out);
    return;
  }
  render<
      "<div class=\"table-wrap stack\"><table><thead><tr><th>[[What]]</th><th>[[News]]</th><th>[[Noticed]]"
      "</th><th>[[Told]]</th><th>[[Why]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : page.rows) {
    const bool threat = row.notice.kind == store::NoticeKind::connected;
    const auto what = row.item && threat
                          ? fragment<"<a href=\"{}\">{}</a> {}">(Url::own(pages::threat_url(row.slug)), row.item->title,
                                                                 pages::tlp_badge(row.item->tlp))
                      : row.item ? fragment<"<a href=\"{}\">{}</a><br><span class=\"note\">{}</span> {}">(
                                       Url::own(pages::advisory_url(row.slug)), row.item->key, row.item->title,
                                       pages::tlp_badge(row.item->tlp))
                      : threat ? Html::from_text(tr<"an object that you may not see now">())
                               : Html::from_text(tr<"an advisory that you may not see now">());
    render<
        "<tr><th scope=\"row\">{}</th><td data-label=\"[[News]]\">{}</td><td data-label=\"[[Noticed]]\">{}</td><td "
        "data-label=\"[[Told]]\">{}</td><td data-label=\"[[Why]]\">{}</td></tr>\n">(
        out, what, kind_text(row.notice.kind), pages::datetime_html(row.notice.noticed_at), state_of(row.notice),
        fmt::format("{}", fmt::join(row.notice.why, ", ")));
  }
  out += "</tbody></table></div>\n";
  if (page.next != 0) {
    render<"<p class=\"actions\"><a class=\"button-quiet\" href=\"{}\">[[Older]]</a></p>\n">(
        out, Url::own(http::with_query(kHere, {{"before", std::to_string(page.next)}}) + "#told"));
  }
}

/// Messages about assets that were added or changed; nothing where there are none.
void append_told_of_assets(std::string& out, const std::vector<notify::AssetsRow>& rows) {
  if (rows.empty()) return;
  render<
      "<h2 id=\"assets\">[[Your assets]]</h2>\n<p class=\"note\">[[What advisories say of assets since they were added "
      "or "
      "changed: one message, however many there are.]]</p>\n<div class=\"table-wrap "
      "stack\"><table><thead><tr><th>[[News]]</th><th>[[Noticed]]</th><th>[[Told]]</th><th>[[Why]]</th></tr></"
      "thead><tbody>\n">(out);
  for (const auto& row : rows) {
    render<
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td data-label=\"[[Noticed]]\">{}</td><td "
        "data-label=\"[[Told]]\">{}</td><td data-label=\"[[Why]]\">{}</td></tr>\n">(
        out, Url::own(notify::assets_url({}, row.notice.id)), notify::heading(row.item),
        pages::datetime_html(row.notice.noticed_at), state_of(row.notice),
        fmt::format("{}", fmt::join(row.notice.why, ", ")));
  }
  out += "</tbody></table></div>\n";
}

Result<http::Response> page_with(App& app, const http::Request& request, const std::optional<Form>& times) {
  const auto actor = access::actor(request);
  const auto person = me(request);
  std::int64_t before = 0;
  if (const auto text = request.query.get("before"); !text.empty()) {
    const auto number = number_of(text);
    if (!number) return Error::invalid(std::string{tr<"that is no page of this list">()}, "before");
    before = *number;
  }
  TRY(const auto subscriptions, notify::list(app.database(), actor, person));
  TRY(const auto reading, notify::times(app.database(), actor, person));
  TRY(const auto feed, notify::feed_made_at(app.database(), actor, person));
  TRY(const auto told, notify::notices(app.database(), actor, person, before, kToldPerPage, request.now));
  TRY(const auto of_assets, notify::asset_notices(app.database(), actor, person, kAssetsShown, request.now));
  TRY_VOID(notify::look_through(app.database(), person));
  const auto form = times.value_or(form_of(reading));
  std::string out;
  render<"<div class=\"page-head\"><h1>[[Notifications]]</h1>">(out);
  if (request.viewer.organisation) {
    render<"<a class=\"button\" href=\"/notifications/new\">[[New subscription]]</a>">(out);
  }
  render<
      "</div>\n<p class=\"lead\">[[What you subscribe to is told to you once, however many subscriptions match. Of "
      "what is "
      "marked TLP:AMBER or above, mail tells only that there is something.]]</p>\n">(out);
  out += pages::error_summary(form, "t").str();
  if (!app.mails()) {
    render<
        "<p class=\"callout\">[[This portal sends no mail now: what you subscribe to is shown on this page, and in "
        "your "
        "feed.]]</p>\n">(out);
  }
  if (reading.paused) {
    render<"<p class=\"callout\">[[You are told nothing for now: everything is paused.]]</p>\n">(out);
  }
  append_subscriptions(out, app, request, subscriptions);
  append_told_of_assets(out, of_assets);
  append_told(out, told);
  render<
      "<div class=\"grid-2\">\n<section class=\"panel\"><h2>[[When you read]]</h2>\n<p>[[By your clock: {} (<a "
      "href=\"/account\">change</a>).]]</p>\n">(out, pages::readers_zone().name());
  out += times_form(request, form).str();
  out += "</section>\n";
  append_feed(out, request, feed);
  out += "</div>\n";
  return pages::form_page(app, request, pages::account_page(tr<"Notifications">(), kHere, std::move(out)), form);
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"before", pages::kNoticeParameter}));
  return page_with(app, request, {});
}

Result<http::Response> save_times(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"digest_at", "digest_on", "quiet_from", "quiet_until", "paused"}));
  domain::ReadingTimes times;
  const auto read = [&](std::string_view name, int& minute, bool may_be_empty) {
    const auto text = form.get(name);
    if (text.empty() && may_be_empty) {
      minute = -1;
      return;
    }
    if (const auto parsed = domain::parse_minute(text)) {
      minute = *parsed;
    } else {
      form.wrong(name, tr<"a time of day is written like 07:30">());
    }
  };
  read("digest_at", times.digest_minute, false);
  read("quiet_from", times.quiet_from, true);
  read("quiet_until", times.quiet_until, true);
  if ((times.quiet_from < 0) != (times.quiet_until < 0)) {
    form.wrong(times.quiet_from < 0 ? "quiet_from" : "quiet_until", tr<"Quiet hours have a beginning and an end.">());
  }
  if (times.quiet_from < 0 && times.quiet_until < 0) times.quiet_from = times.quiet_until = 0;
  times.digest_weekday = static_cast<int>(number_of(form.get("digest_on")).value_or(0) % 100);
  times.paused = form.checked("paused");
  if (form.good()) {
    const auto saved = notify::set_times(app.database(), access::actor(request), me(request), times, request.now);
    if (saved) return pages::done(kHere, "saved");
    TRY_VOID(form.take(saved.error()));
  }
  return page_with(app, request, form);
}

Result<http::Response> test(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  TRY(const auto subscription, meant(app, request));
  if (!app.mails()) return Error::conflict(std::string{tr<"This portal sends no mail.">()});
  TRY_VOID(notify::send_test(app.database(), access::actor(request), me(request), subscription.id, *app.post(),
                             request.now));
  return pages::done(kHere, "mail-test");
}

Result<http::Response> open_notice(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto id = number_of(request.parameter("notice"));
  if (!id) return Error::not_found("notification");
  TRY(const auto to, notify::follow(app.database(), access::actor(request), *id, request.now));
  auto response = http::Response::redirect(to.threat ? pages::threat_url(to.slug) : pages::advisory_url(to.slug));
  response.cache_control = "no-store";
  return response;
}

/// What a message about assets tells: the advisories, and the way to the list of the assets that each speaks of.
Result<http::Response> show_assets(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto id = number_of(request.parameter("id"));
  if (!id) return Error::not_found("notification");
  TRY(const auto row, notify::asset_notice(app.database(), access::actor(request), *id, request.now));
  const auto& item = row.item;
  std::string out;
  render<"<h1>[[Your assets]]</h1>\n<p class=\"lead\">{}</p>\n">(out, notify::heading(item));
  if (item.added > 0 && item.added < item.assets) {
    render<"<p>{}</p>\n">(
        out, trn<"{} of them was added.", "{} of them were added.">(item.added, text::thousands(item.added)));
  }
  if (std::cmp_less(item.worst.size(), item.advisories)) render<"<p>[[The most urgent ones:]]</p>\n">(out);
  render<
      "<div class=\"table-wrap "
      "stack\"><table><thead><tr><th>[[Advisory]]</th><th>[[Assets]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : item.worst) {
    render<
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a><br><span class=\"note\">{}</span> {}</th><td "
        "data-label=\"[[Assets]]\"><a href=\"{}\">{}</a></td></tr>\n">(
        out, Url::own(pages::advisory_url(each.slug)), each.item.key, each.item.title, pages::tlp_badge(each.item.tlp),
        Url::own(http::with_query("/exposure", {{"advisory", each.slug}})), text::thousands(each.assets));
  }
  render<
      "</tbody></table></div>\n<p class=\"actions\"><a class=\"button\" href=\"/exposure\">[[All exposure]]</a><a "
      "class=\"button-quiet\" href=\"/notifications\">[[Notifications]]</a></p>\n">(out);
  return pages::form_page(app, request,
                          pages::account_page(tr<"Your assets">(), notify::assets_url({}, *id), std::move(out)), {});
}

// --- one's own feed ---

Result<http::Response> change_feed(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"act"}));
  const auto actor = access::actor(request);
  if (form.get("act") == "revoke") {
    TRY_VOID(notify::revoke_feed_token(app.database(), actor, me(request), request.now));
    return pages::done(kHere, "removed");
  }
  TRY(const auto token, notify::make_feed_token(app.database(), actor, me(request), request.now));
  const auto address = fmt::format("{}/feeds/mine.atom?token={}", app.base_url(request), token);
  std::string out;
  render<
      "<div class=\"narrow\"><h1>[[The address of your feed]]</h1>\n<p>[[Copy it now: it is shown this once. An "
      "address "
      "made before is void.]]</p>\n<div class=\"panel\"><p><code>{}</code></p></div>\n<p><a class=\"button-quiet\" "
      "href=\"/notifications\">[[Done]]</a></p></div>\n">(out, address);
  return pages::form_page(app, request, pages::account_page(tr<"The address of your feed">(), kHere, std::move(out)),
                          {});
}

}  // namespace

void add_notification_link_routes(App& app, http::Router& router);  // notification_links.cpp

void add_notification_routes(App& app, http::Router& router) {
  using http::Method;
  const auto bind = [&app](auto function) {
    return [&app, function](const http::Request& request) { return function(app, request); };
  };
  const auto own = [](http::Route& route) { route.session_only = true; };
  const auto add = [&](Method method, std::string pattern, std::string name, http::Handler handler) {
    pages::add_page(router, method, std::move(pattern), std::move(name), Permission::signed_in, std::move(handler),
                    own);
  };
  add(Method::get, kHere, "notifications_page", bind(show));
  add(Method::post, kHere, "notifications_create", bind(create));
  add(Method::get, "/notifications/new", "notifications_new_page", bind(show_new));
  add(Method::post, "/notifications/times", "notifications_times", bind(save_times));
  add(Method::post, "/notifications/feed", "notifications_feed", bind(change_feed));
  add(Method::get, "/notifications/subscriptions/{id}", "notifications_edit_page", bind(show_edit));
  add(Method::post, "/notifications/subscriptions/{id}", "notifications_edit", bind(save));
  add(Method::post, "/notifications/subscriptions/{id}/pause", "notifications_pause", bind(pause));
  add(Method::post, "/notifications/subscriptions/{id}/remove", "notifications_remove", bind(remove));
  add(Method::post, "/notifications/subscriptions/{id}/test", "notifications_test", bind(test));
  add(Method::get, "/notifications/assets/{id}", "notification_assets_page", bind(show_assets));
  add(Method::get, "/notifications/{notice}", "notification_page", bind(open_notice));
  add_notification_link_routes(app, router);
}

}  // namespace tocsin::portal
