#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/sharing_form.hpp"
#include "portal/pages/taxii_collection_parts.hpp"

/// Making, previewing, changing and removing TAXII collections.
namespace tocsin::portal {
namespace pages {
namespace {

using engine::taxii::CollectionFilter;
using engine::taxii::CollectionInput;
using engine::taxii::CollectionReaders;
using engine::taxii::CollectionWriters;
using engine::taxii::Held;
using engine::taxii::KeptCollection;
using html::Html;
using html::render;

constexpr const char* kNewPath = "/admin/taxii/new";

Crumb list_crumb() { return {kCollectionsPath, std::string{tr<"Collections">()}}; }

std::vector<Crumb> crumbs(const KeptCollection& row, std::string_view here) {
  return {list_crumb(), {collection_url(row.it.id), row.it.title}, {"", std::string{here}}};
}

// --- whom it is for, as one value: "community:3", as the command line has it ---

std::string value_of(const CollectionReaders& readers) {
  using Who = CollectionReaders::Who;
  switch (readers.who) {
    case Who::anyone:
      return "anyone";
    case Who::members:
      return "members";
    case Who::community:
      return fmt::format("community:{}", readers.community ? readers.community->value : 0);
    case Who::sector:
      break;
  }
  return fmt::format("sector:{}", readers.sector ? domain::slug(*readers.sector) : "");
}

std::string value_of(const CollectionWriters& writers) {
  using Who = CollectionWriters::Who;
  switch (writers.who) {
    case Who::nobody:
      return "nobody";
    case Who::members:
      return "members";
    case Who::organisation:
      return fmt::format("organisation:{}", writers.organisation ? writers.organisation->value : 0);
    case Who::sector:
      break;
  }
  return fmt::format("sector:{}", writers.sector ? domain::slug(*writers.sector) : "");
}

/// "sector:water" becomes "sector" and "water".
std::pair<std::string_view, std::string_view> parts_of(std::string_view value) {
  const auto colon = std::min(value.find(':'), value.size());
  return {value.substr(0, colon), value.substr(std::min(colon + 1, value.size()))};
}

Error no_choice(std::string_view field) {
  return Error::invalid(std::string{tr<"choose one of these">()}, std::string{field});
}

Result<CollectionReaders> readers_of(std::string_view value) {
  using Who = CollectionReaders::Who;
  const auto [who, what] = parts_of(value);
  if (value == "anyone") return CollectionReaders{.who = Who::anyone, .community = {}, .sector = {}};
  if (value == "members") return CollectionReaders{.who = Who::members, .community = {}, .sector = {}};
  if (const auto id = id_of(what); who == "community" && id) {
    return CollectionReaders{.who = Who::community, .community = domain::CommunityId{*id}, .sector = {}};
  }
  const auto sector = who == "sector" ? domain::parse_sector(what) : std::nullopt;
  if (!sector) return no_choice("readers");
  return CollectionReaders{.who = Who::sector, .community = {}, .sector = sector};
}

Result<CollectionWriters> writers_of(std::string_view value) {
  using Who = CollectionWriters::Who;
  const auto [who, what] = parts_of(value);
  if (value == "nobody") return CollectionWriters{.who = Who::nobody, .organisation = {}, .sector = {}};
  if (value == "members") return CollectionWriters{.who = Who::members, .organisation = {}, .sector = {}};
  if (const auto id = id_of(what); who == "organisation" && id) {
    return CollectionWriters{.who = Who::organisation, .organisation = domain::OrganisationId{*id}, .sector = {}};
  }
  const auto sector = who == "sector" ? domain::parse_sector(what) : std::nullopt;
  if (!sector) return no_choice("writers");
  return CollectionWriters{.who = Who::sector, .organisation = {}, .sector = sector};
}

void add_sectors(std::vector<Option>& options) {
  for (const auto sector : domain::all_sectors()) {
    if (sector == domain::Sector::multiple) continue;
    options.push_back({.value = fmt::format("sector:{}", domain::slug(sector)),
                       .label = tr<"sector {}">(tr_text(domain::name(sector)))});
  }
}

/// What stands there now can stay, also where it is no longer offered: a list without it would show, and save, another
/// choice unasked.
void keep_choice(std::vector<Option>& options, const std::string& value, std::string_view label) {
  if (std::ranges::find(options, value, &Option::value) != options.end()) return;
  options.push_back({.value = value, .label = label.empty() ? value : std::string{label}});
}

Result<std::vector<Option>> reader_options(App& app, const engine::Actor& actor, const KeptCollection* row) {
  std::vector<Option> options{{.value = "anyone", .label = std::string{tr<"anyone, also without an account">()}},
                              {.value = "members", .label = std::string{tr<"#of a collection#members">()}}};
  TRY(const auto communities, community_options(app, actor));
  for (const auto& each : communities) {
    options.push_back({.value = "community:" + each.value, .label = tr<"community {}">(each.label)});
  }
  add_sectors(options);
  if (row != nullptr) keep_choice(options, value_of(row->it.readers), tr<"community {}">(row->community));
  return options;
}

Result<std::vector<Option>> writer_options(App& app, const engine::Actor& actor, const KeptCollection* row) {
  std::vector<Option> options{{.value = "nobody", .label = std::string{tr<"#of a collection#nobody">()}},
                              {.value = "members", .label = std::string{tr<"#of a collection#members">()}}};
  TRY(const auto organisations, organisation_options(app, actor));
  for (const auto& each : organisations) {
    options.push_back({.value = "organisation:" + each.value, .label = each.label});
  }
  add_sectors(options);
  if (row != nullptr) keep_choice(options, value_of(row->it.writers), row->writer);
  return options;
}

std::vector<Option> tlp_options() {
  std::vector<Option> options{{.value = "", .label = std::string{tr<"#markings of a collection#all">()}}};
  for (const auto tlp :
       {domain::Tlp::clear, domain::Tlp::green, domain::Tlp::amber, domain::Tlp::amber_strict, domain::Tlp::red}) {
    options.push_back(
        {.value = std::string{domain::slug(tlp)}, .label = fmt::format("TLP:{}", domain::to_string(tlp))});
  }
  return options;
}

// --- what was typed ---

Result<Form> read_form(const http::Request& request) {
  return Form::read(request, {"title", "alias", "description", "types", "labels", "words", "tlp_max", "confidence_min",
                              "readers", "writers", "do"});
}

std::string lines_of(const std::vector<std::string>& texts) { return joined(texts, "\n"); }

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> out;
  for (const auto line : text::split(text, '\n')) {
    if (const auto trimmed = text::trim(line); !trimmed.empty()) out.emplace_back(trimmed);
  }
  return out;
}

Form form_of(const CollectionInput& input) {
  Form form;
  const auto& filter = input.filter;
  form.with("title", input.title)
      .with("alias", input.alias)
      .with("description", input.description)
      .with("types", lines_of(filter.types))
      .with("labels", lines_of(filter.labels))
      .with("words", filter.words)
      .with("tlp_max", filter.tlp_max ? std::string{domain::slug(*filter.tlp_max)} : std::string{})
      .with("confidence_min", filter.confidence_min ? std::to_string(*filter.confidence_min) : std::string{})
      .with("readers", value_of(input.readers))
      .with("writers", value_of(input.writers));
  return form;
}

/// What the engine says of the rest of it.
Result<CollectionFilter> filter_of(const Form& form) {
  CollectionFilter filter;
  filter.types = lines_in(form.get("types"));
  filter.labels = lines_in(form.get("labels"));
  filter.words = form.get("words");
  if (const auto tlp = form.get("tlp_max"); !tlp.empty()) {
    filter.tlp_max = domain::parse_tlp(tlp);
    if (!filter.tlp_max) return no_choice("tlp_max");
  }
  if (const auto typed = form.get("confidence_min"); !typed.empty()) {
    int value = -1;
    const auto [end, failed] = std::from_chars(typed.data(), typed.data() + typed.size(), value);
    if (failed != std::errc{} || end != typed.data() + typed.size()) {
      return Error::invalid(tr<"a number from {} to {} is wanted">(0, 100), "confidence_min");
    }
    filter.confidence_min = value;
  }
  return filter;
}

Result<CollectionInput> input_of(const Form& form) {
  CollectionInput input;
  input.title = form.get("title");
  input.alias = form.get("alias");
  input.description = form.get("description");
  TRY(input.filter, filter_of(form));
  TRY(input.readers, readers_of(form.get("readers")));
  TRY(input.writers, writers_of(form.get("writers")));
  return input;
}

bool wants_preview(const Form& form) { return form.get("do") == "preview"; }

// --- the form ---

Html preview_html(const Held& held) {
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"preview\"><h2 id=\"preview\">[[Preview]]</h2>\n">(out);
  render<"<p>{}</p>\n">(out, held.more
                                 ? tr<"It would hold more than {} objects that you may see. Nothing is saved yet.">(
                                       text::thousands(held.objects))
                                 : trn<"It would hold {} object that you may see. Nothing is saved yet.",
                                       "It would hold {} objects that you may see. Nothing is saved yet.">(
                                       static_cast<long long>(held.objects), text::thousands(held.objects)));
  out += held_html(held).str() + "</section>\n";
  return Html::from_trusted(std::move(out));
}

/// `row`: what is changed; nullptr for a new one. `held`: of a preview that was asked for.
Result<http::Response> show(App& app, const http::Request& request, const KeptCollection* row, const Form& form,
                            const Held* held = nullptr) {
  const auto actor = access::actor(request);
  TRY(const auto readers, reader_options(app, actor, row));
  TRY(const auto writers, writer_options(app, actor, row));
  const auto back = row == nullptr ? std::string{kCollectionsPath} : collection_url(row->it.id);
  FormMarkup markup{request, row == nullptr ? std::string{kNewPath} : back + "/edit", form};
  markup.input({.name = "title", .label = tr<"Title">(), .required = true, .autofocus = true})
      .input({.name = "alias",
              .label = tr<"#of a collection#Alias">(),
              .hint = tr<"A short name that may stand for its id in addresses: small letters, digits, - and _.">(),
              .maxlength = 64,
              .code = true})
      .textarea({.name = "description",
                 .label = tr<"#property#Description">(),
                 .hint = tr<"What is in it, for its readers.">(),
                 .maxlength = 4'000},
                3)
      .textarea({.name = "types",
                 .label = tr<"#of a collection#Only these types">(),
                 .hint = tr<"One a line, such as indicator. Empty: all.">(),
                 .maxlength = 20'000,
                 .code = true},
                3)
      .textarea({.name = "labels",
                 .label = tr<"#of a collection#Only with one of these labels">(),
                 .hint = tr<"One a line. Empty: all.">(),
                 .maxlength = 20'000},
                3)
      .input({.name = "words",
              .label = tr<"#of a collection#Only with these words">(),
              .hint = tr<"All of them, as the search for threats finds them. Empty: all.">(),
              .maxlength = 250})
      .select({.name = "tlp_max", .label = tr<"#of a collection#Only up to this marking">()}, tlp_options())
      .input({.name = "confidence_min",
              .label = tr<"#of a collection#Least confidence">(),
              .hint = tr<"0 to 100; what states none is left out then. Empty: all.">(),
              .maxlength = 3,
              .inputmode = "numeric"})
      .select(
          {.name = "readers",
           .label = tr<"#of a collection#Read by">(),
           .hint = tr<"Who is told that there is this collection. What they see in it is what the policy shows them "
                      "anyway.">(),
           .required = true},
          readers)
      .select({.name = "writers",
               .label = tr<"#of a collection#Written by">(),
               .hint = tr<"Who of its readers adds objects, with a token that may write records. What they add is "
                          "theirs, and for its readers.">(),
               .required = true},
              writers);
  std::string buttons;
  render<
      "<button class=\"button\" name=\"do\" value=\"save\">[[Save]]</button> <button class=\"button-quiet\" "
      "name=\"do\" value=\"preview\">[[Preview]]</button> <a class=\"button-quiet\" href=\"{}\">[[Cancel]]</a>">(
      buttons, html::Url::own(back));
  const auto fields = markup.end(Html::from_trusted(std::move(buttons)));
  FormFrame frame{.title = row == nullptr ? std::string{tr<"#TAXII#New collection">()} : tr<"Edit {}">(row->it.title),
                  .crumbs = row == nullptr ? std::vector<Crumb>{list_crumb(), {"", std::string{tr<"New">()}}}
                                           : crumbs(*row, tr<"Edit">()),
                  .lead = Html::from_text(tr<"A collection is a view: of the threat knowledge that its reader may see, "
                                             "what its filter lets through. It shows nobody more than that.">())};
  const auto above = held == nullptr ? Html{} : preview_html(*held);
  return form_answer(app, request, frame, form, Html::from_trusted(above.str() + fields.str()));
}

Result<http::Response> show_preview(App& app, const http::Request& request, const KeptCollection* row, Form form) {
  const auto filter = filter_of(form);
  const auto held = filter ? engine::taxii::preview_filter(app.database(), access::actor(request), *filter, request.now)
                           : Result<Held>{filter.error()};
  if (held) return show(app, request, row, form, &*held);
  if (held.error().code == Error::Code::unavailable) {
    // It passes by itself: what was typed stays.
    form.wrong({}, tr<"The index of threat knowledge is being made anew: look again in a moment">());
  } else {
    TRY_VOID(form.take(held.error()));
  }
  return show(app, request, row, form);
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({kNoticeParameter}));
  return show(app, request, nullptr, form_of({}));
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY(auto form, read_form(request));
  if (wants_preview(form)) return show_preview(app, request, nullptr, std::move(form));
  const auto input = input_of(form);
  const auto made = input
                        ? engine::taxii::create_collection(app.database(), access::actor(request), *input, request.now)
                        : Result<std::string>{input.error()};
  if (!made) {
    TRY_VOID(form.take(made.error()));
    return show(app, request, nullptr, form);
  }
  return done(collection_url(*made), "saved");
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({kNoticeParameter}));
  TRY(const auto row, collection_of(app, request));
  return show(app, request, &row, form_of(row.it));
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto row, collection_of(app, request));
  TRY(auto form, read_form(request));
  if (wants_preview(form)) return show_preview(app, request, &row, std::move(form));
  const auto input = input_of(form);
  const auto changed =
      input ? engine::taxii::change_collection(app.database(), access::actor(request), row.it.id, *input, request.now)
            : Status{input.error()};
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show(app, request, &row, form);
  }
  return done(collection_url(row.it.id), "saved");
}

Result<http::Response> get_remove(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto row, collection_of(app, request));
  const auto url = collection_url(row.it.id);
  FormMarkup markup{request, url + "/remove"};
  return form_answer(app, request,
                     {.title = tr<"Remove {}">(row.it.title),
                      .crumbs = crumbs(row, tr<"Remove">()),
                      .lead = Html::from_text(
                          tr<"Programs that read it are told that there is no such collection. Its objects stay.">())},
                     {}, markup.submit(tr<"Remove">(), FormMarkup::Button::danger, url));
}

Result<http::Response> post_remove(App& app, const http::Request& request) {
  TRY(const auto row, collection_of(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(engine::taxii::remove_collection(app.database(), access::actor(request), row.it.id, request.now));
  return done(kCollectionsPath, "removed");
}

}  // namespace
}  // namespace pages

void add_taxii_collection_form_routes(App& app, http::Router& router) {
  constexpr auto kAdminister = domain::Permission::administer;
  pages::add_form(app, router, pages::kNewPath, "kept_collection_new", kAdminister, pages::get_new, pages::post_new);
  pages::add_form(app, router, "/admin/taxii/{collection}/edit", "kept_collection_edit", kAdminister, pages::get_edit,
                  pages::post_edit);
  pages::add_form(app, router, "/admin/taxii/{collection}/remove", "kept_collection_remove", kAdminister,
                  pages::get_remove, pages::post_remove);
}

}  // namespace tocsin::portal
