#include "portal/pages/threat_author_form.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/threat/report.hpp"
#include "engine/threat/threats.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/raw_json.hpp"
#include "portal/pages/sharing_view.hpp"
#include "portal/pages/threat_markdown.hpp"
#include "portal/pages/threat_names.hpp"
#include "portal/pages/threat_report_form.hpp"

namespace tocsin::portal::pages {
namespace {

namespace sharing = engine::sharing;
namespace stix = formats::stix;
namespace threat = engine::threat;
using html::attribute_if;
using html::Html;
using html::render;
using stix::Property;

/// Asked in both views.
constexpr std::string_view kOnce[] = {"view", "step", "type", "base", "source", "version", "tlp", "whom", "embargo"};
constexpr std::string_view kMany[] = {"organisation", "community", "rel_verb", "rel_target"};
/// Rows for relationships beyond those that are there.
constexpr std::size_t kFreeRows = 3;
constexpr int kTextBytesMax = 100'000;

std::string text_field(std::string_view property) { return fmt::format("f-{}", property); }
std::string word_field(std::string_view property) { return fmt::format("w-{}", property); }

bool is_list(const Property& property) noexcept { return (property.flags & stix::kList) != 0; }
bool is_word_list(const Property& property) noexcept {
  return property.kind == stix::Kind::open_vocabulary && is_list(property);
}
std::span<const std::string_view> words_of(const Property& property) noexcept {
  return stix::words_of(static_cast<stix::Words>(property.detail));
}
bool is_word(const Property& property, std::string_view text) noexcept {
  return stix::has_word(static_cast<stix::Words>(property.detail), text);
}

struct Names {
  std::vector<std::string> once, many;
};
Names names_of(std::string_view type) {
  Names names;
  names.once.assign(std::begin(kOnce), std::end(kOnce));
  names.many.assign(std::begin(kMany), std::end(kMany));
  for (const auto* each : stix::fields_of(stix::type_of(type))) {
    names.once.push_back(text_field(each->name));
    if (is_word_list(*each)) names.many.push_back(word_field(each->name));
  }
  return names;
}

std::vector<std::string> lines_of(std::string_view text, std::string_view separators) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (const auto line = text::trim(text.substr(0, end)); !line.empty()) lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Ticked words and others, as lines; those that were there first, in their order.
std::string word_lines(const Property& property, const Form& form, const boost::json::object& base) {
  auto wanted = form.all(word_field(property.name));
  for (auto& each : lines_of(form.raw(text_field(property.name)), ",\n")) wanted.push_back(std::move(each));
  std::string out;
  const auto add = [&](std::string_view word) {
    if (!out.empty()) out += '\n';
    out += word;
  };
  for (const auto& each : lines_of(stix::field_text(property, base.if_contains(property.name)), "\n")) {
    if (std::erase(wanted, each) > 0) add(each);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (std::find(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(i), wanted[i]) ==
        wanted.begin() + static_cast<std::ptrdiff_t>(i)) {
      add(wanted[i]);
    }
  }
  return out;
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string{std::string_view{found->get_string()}} : std::string{};
}

std::optional<boost::json::object> object_of(std::string_view text) {
  const auto parsed = json::parse(text, {.bytes_max = threat::kObjectBytesMax});
  if (!parsed || !parsed->root().is_object()) return std::nullopt;
  return boost::json::object(parsed->root().get_object(), boost::json::storage_ptr{});
}

// --- fields ---

void append_datalist(std::string& out, std::string_view id, std::span<const std::string_view> words) {
  render<"<datalist id=\"{}\">">(out, id);
  for (const auto word : words) render<"<option value=\"{}\"></option>">(out, word);
  out += "</datalist>\n";
}

void append_words(FormMarkup& markup, const Form& form, const Property& property) {
  const auto name = word_field(property.name);
  const auto ticked = form.all(name);
  const auto words = words_of(property);
  std::string out;
  render<
      "<details class=\"field\" {}><summary>{} <span class=\"count\">[[{} of {}]]</span></summary><fieldset "
      "class=\"field\" id=\"f-{}\"><legend class=\"hidden\">{}</legend><div class=\"choices\" lang=\"en\">">(
      out, attribute_if<"open">(!ticked.empty()), property_title(property.name), ticked.size(), words.size(), name,
      property_title(property.name));
  int number = 0;
  for (const auto word : words) {
    const auto id = fmt::format("f-{}-{}", name, number++);
    const bool is_ticked = std::ranges::find(ticked, word) != ticked.end();
    render<
        "<div class=\"choice\"><input id=\"{}\" type=\"checkbox\" name=\"{}\" value=\"{}\" {}><label "
        "for=\"{}\">{}</label></div>">(out, id, name, word, attribute_if<"checked">(is_ticked), id, word);
  }
  out += "</div></fieldset></details>\n";
  markup.html(Html::from_trusted(std::move(out)));
  const auto field = text_field(property.name);
  const auto label = tr<"{}: other words">(property_title(property.name));
  markup.input(
      {.name = field, .label = label, .hint = tr<"Separated by commas.">(), .maxlength = 2'000, .required = false});
}

int rows_of(const Property& property) noexcept {
  if (property.name == "description" || property.name == "content") return 8;
  if (property.name == "pattern" || property.name == "explanation" || property.name == "object_refs") return 4;
  return is_list(property) || property.name == "objective" ? 3 : 0;
}

void append_field(FormMarkup& markup, const Form& form, const Property& property) {
  if (is_word_list(property)) return append_words(markup, form, property);
  const auto name = text_field(property.name);
  Input input{.name = name,
              .label = property_title(property.name),
              .hint = property_hint(property.name),
              .maxlength = 1'000,
              .required = (property.flags & stix::kRequired) != 0};
  if (property.kind == stix::Kind::boolean) {
    markup.checkbox(name, input.label);
    return;
  }
  if (const int rows = rows_of(property); rows > 0) {
    input.maxlength = kTextBytesMax;
    input.code =
        property.kind == stix::Kind::identifier || property.kind == stix::Kind::structure || property.name == "pattern";
    markup.textarea(input, rows);
    return;
  }
  const auto list = fmt::format("words-{}", property.name);
  switch (property.kind) {
    case stix::Kind::enumeration: {
      std::vector<Option> options{{.value = "", .label = ""}};
      for (const auto word : words_of(property)) {
        options.push_back({.value = std::string{word}, .label = std::string{opinion_title(word)}});
      }
      markup.select(input, options);
      return;
    }
    case stix::Kind::open_vocabulary: {
      std::string out;
      append_datalist(out, list, words_of(property));
      markup.html(Html::from_trusted(std::move(out)));
      input.list = list;
      break;
    }
    case stix::Kind::timestamp:
      input.type = "datetime-local";
      input.maxlength = 40;
      break;
    case stix::Kind::integer:
      input.inputmode = "numeric";
      input.maxlength = 20;
      break;
    case stix::Kind::number:
      input.inputmode = "decimal";
      input.maxlength = 30;
      break;
    default:
      break;
  }
  markup.input(input);
}

void begin_panel(FormMarkup& markup, std::string_view title, std::string_view lead = {}) {
  std::string out;
  render<"<section class=\"panel\"><h2>{}</h2>\n">(out, title);
  if (!lead.empty()) render<"<p class=\"note\">{}</p>\n">(out, lead);
  markup.html(Html::from_trusted(std::move(out)));
}
void end_panel(FormMarkup& markup) { markup.html(Html::from_trusted("</section>\n")); }

void append_relations(FormMarkup& markup, const Form& form, std::string_view type) {
  std::string out;
  const auto verbs = form.all("rel_verb"), targets = form.all("rel_target");
  append_datalist(out, "verbs", stix::verbs_from(stix::type_of(type)));
  out += "<div id=\"f-rel\">\n";
  std::size_t filled = 0;
  for (std::size_t i = 0; i < std::max(verbs.size(), targets.size()); ++i) {
    const bool empty = (i >= verbs.size() || verbs[i].empty()) && (i >= targets.size() || targets[i].empty());
    if (!empty) filled = i + 1;
  }
  const auto rows = std::min(filled + kFreeRows, threat::kRelationsMax);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto number = locale::number(static_cast<std::int64_t>(i + 1));
    render<
        "<div class=\"grid-2\"><div class=\"field\"><label for=\"f-verb-{}\">[[How, {}]]</label><input "
        "id=\"f-verb-{}\" "
        "type=\"text\" name=\"rel_verb\" list=\"verbs\" value=\"{}\" maxlength=\"250\" autocomplete=\"off\" "
        "spellcheck=\"false\"></div>"
        "<div class=\"field\"><label for=\"f-target-{}\">[[To what, {}]]</label><input id=\"f-target-{}\" "
        "type=\"text\" name=\"rel_target\" value=\"{}\" maxlength=\"400\" autocomplete=\"off\" "
        "spellcheck=\"false\"></div></div>\n">(out, i, number, i, i < verbs.size() ? verbs[i] : std::string{}, i,
                                               number, i, i < targets.size() ? targets[i] : std::string{});
  }
  out += "</div>\n";
  markup.html(Html::from_trusted(std::move(out)));
}

std::string button(std::string_view step, std::string_view label, bool quiet) {
  std::string out;
  render<"<button class=\"{}\" type=\"submit\" name=\"step\" value=\"{}\">{}</button> ">(
      out, quiet ? "button-quiet" : "button", step, label);
  return out;
}

/// All that was typed, to be sent again.
void append_hidden(FormMarkup& markup, const Form& form, std::string_view type) {
  const auto names = names_of(type);
  for (const auto& name : names.once) {
    if (name != "step" && form.checked(name)) markup.hidden(name, form.raw(name));
  }
  for (const auto& name : names.many) {
    for (const auto& value : form.all(name)) markup.hidden(name, value);
  }
}

/// Names of what is related, by id.
Result<std::vector<threat::ThreatRow>> related(App& app, const http::Request& request, const threat::Draft& draft) {
  std::vector<std::string> ids;
  for (const auto& each : draft.relations) ids.push_back(each.target);
  if (ids.empty()) return std::vector<threat::ThreatRow>{};
  return app.database().snapshot(
      [&](store::Connection& connection) { return threat::among(connection, request.viewer, ids, request.now); });
}

}  // namespace

AuthorView view_of(const Form& form) { return form.get("view") == "source" ? AuthorView::source : AuthorView::fields; }

Result<Form> read_author_form(const http::Request& request, std::string_view type) {
  const auto names = names_of(type);
  return Form::read_from(request, names.once, names.many);
}

Form author_form_of(const boost::json::object& object, const std::vector<threat::RelationTo>& relations,
                    AuthorView view, const Form& from) {
  Form form;
  const auto type = text_at(object, "type");
  form.with("type", type);
  form.with("view", view == AuthorView::source ? "source" : "fields");
  for (const std::string_view name : {"version", "tlp", "whom", "embargo"}) {
    if (from.checked(name)) form.with(std::string{name}, std::string{from.raw(name)});
  }
  for (const std::string_view name : {"organisation", "community"}) {
    for (auto& each : from.all(name)) form.with(std::string{name}, std::move(each));
  }
  for (const auto& each : relations) form.with("rel_verb", each.verb).with("rel_target", each.target);
  if (view == AuthorView::source) {
    form.with("source", json::write_pretty(object));
    return form;
  }
  form.with("base", json::write(object));
  for (const auto* each : stix::fields_of(stix::type_of(type))) {
    const auto* value = object.if_contains(each->name);
    auto text = stix::field_text(*each, value);
    if (each->kind == stix::Kind::boolean) {
      if (!text.empty()) form.with(text_field(each->name), "yes");
      continue;
    }
    if (!is_word_list(*each)) {
      form.with(text_field(each->name), std::move(text));
      continue;
    }
    std::string others;
    for (auto& word : lines_of(text, "\n")) {
      if (is_word(*each, word)) {
        form.with(word_field(each->name), std::move(word));
      } else {
        others += (others.empty() ? "" : ", ") + word;
      }
    }
    form.with(text_field(each->name), std::move(others));
  }
  return form;
}

Result<Authored> read_authored(App& app, const http::Request& request, std::string_view type, Form& form) {
  Authored out;
  if (view_of(form) == AuthorView::source) {
    out.draft.json = form.raw("source");
    out.object = object_of(out.draft.json);
  } else {
    auto object = object_of(form.raw("base")).value_or(boost::json::object{});
    object["type"] = type;
    for (const auto* each : stix::fields_of(stix::type_of(type))) {
      const auto field = text_field(each->name);
      const auto text = is_word_list(*each) ? word_lines(*each, form, object) : std::string{form.raw(field)};
      if (const auto put = stix::put_field(object, *each, text); !put) form.wrong(field, put.error().message);
    }
    out.draft.json = json::write(object);
    out.object = std::move(object);
  }
  const auto verbs = form.all("rel_verb"), targets = form.all("rel_target");
  TRY_VOID(app.database().snapshot([&](store::Connection& connection) -> Status {
    for (std::size_t i = 0; i < std::max(verbs.size(), targets.size()); ++i) {
      const auto verb = i < verbs.size() ? verbs[i] : std::string{}, target = i < targets.size() ? targets[i] : verb;
      if (verb.empty() && target.empty()) continue;
      const auto wrong = [&](std::string_view why) {
        form.wrong("rel", tr<"Relationship {}: {}">(locale::number(static_cast<std::int64_t>(i + 1)), why));
      };
      if (verb.empty()) {
        wrong(tr<"say how they are related">());
        continue;
      }
      auto id = threat::named_object(connection, request.viewer, target, request.now);
      if (!id && id.error().code != Error::Code::invalid_input) return id.error();
      if (!id) {
        wrong(id.error().message);
        continue;
      }
      out.draft.relations.push_back({.verb = verb, .target = *std::move(id)});
    }
    return ok();
  }));
  return out;
}

void tell_problems(const std::vector<formats::Finding>& problems, Form& form) {
  const auto type = form.get("type");
  for (const auto& each : problems) {
    const auto sentence = formats::sentence_of(each);
    if (view_of(form) == AuthorView::source) {
      form.wrong("source", each.path.empty() ? sentence : fmt::format("{}: {}", each.path, sentence));
      continue;
    }
    const auto end = each.path.find('/', 1);
    const auto property = each.path.empty() ? std::string_view{} : std::string_view{each.path}.substr(1, end - 1);
    const auto fields = stix::fields_of(stix::type_of(type));
    auto found = std::ranges::find_if(fields, [&](const Property* one) { return one->name == property; });
    // What is missing is said of the object, and named.
    if (found == fields.end()) {
      found = std::ranges::find_if(fields, [&](const Property* one) {
        return (one->flags & stix::kRequired) != 0 &&
               each.message.find(fmt::format("'{}'", one->name)) != std::string::npos;
      });
    }
    if (found == fields.end()) {
      form.wrong("", each.path.empty() ? sentence : fmt::format("{}: {}", each.path, sentence));
    } else {
      form.wrong(text_field((*found)->name), sentence);
    }
  }
}

Result<Html> author_form_html(App& app, const http::Request& request, const AuthorTarget& target, const Form& form) {
  FormMarkup markup{request, target.action, form};
  const bool source = view_of(form) == AuthorView::source;
  markup.hidden("type", target.type).hidden("view", source ? "source" : "fields");
  if (target.before != nullptr) markup.hidden("version", form.get("version"));
  if (source) {
    begin_panel(markup, tr<"The object as JSON">());
    markup.textarea(
        {.name = "source",
         .label = tr<"Source">(),
         .hint = tr<"An object of STIX 2.1. Its id, its times and who wrote it are put in when it is saved; "
                    "its TLP is chosen below.">(),
         .maxlength = static_cast<int>(threat::kObjectBytesMax),
         .required = true,
         .code = true},
        24);
    end_panel(markup);
  } else {
    markup.hidden("base", form.raw("base"));
    const auto type = stix::type_of(target.type);
    const auto fields = stix::fields_of(type);
    const auto common = stix::common_properties(type);
    const auto is_common = [&](const Property* each) {
      return each >= common.data() && each < common.data() + common.size();
    };
    begin_panel(markup, tr<"What it is">(), authored_type_hint(target.type));
    for (const auto* each : fields) {
      if (!is_common(each)) append_field(markup, form, *each);
    }
    end_panel(markup);
    begin_panel(markup, tr<"More about it">());
    for (const auto* each : fields) {
      if (is_common(each)) append_field(markup, form, *each);
    }
    end_panel(markup);
  }
  begin_panel(markup, tr<"What it is related to">(),
              tr<"From this object to another one: its name, its id, or the address of its page. Relationships are for "
                 "those for whom the object is.">());
  append_relations(markup, form, target.type);
  end_panel(markup);
  begin_panel(markup, tr<"For whom">());
  TRY_VOID(append_audience(app, access::actor(request), markup, form));
  end_panel(markup);
  std::string buttons = button("review", tr<"Go on: look at it before it is saved">(), false);
  buttons += source ? button("fields", tr<"As a form">(), true) : button("source", tr<"As source">(), true);
  render<"<a href=\"{}\">[[Cancel]]</a>">(buttons, html::Url::own(target.cancel));
  return markup.end(Html::from_trusted(std::move(buttons)));
}

Result<Html> author_review_html(App& app, const http::Request& request, const AuthorTarget& target, const Form& form,
                                const threat::Checked& checked, const threat::Draft& draft,
                                const sharing::Marking& marking) {
  const auto actor = access::actor(request);
  const auto owner = threat::owner_of_report(actor, threat::Attribution::named);
  TRY(const auto sight, sharing::sight_of(app.database(), actor, marking.listed));
  TRY(const auto reach, app.database().snapshot([&](store::Connection& connection) {
    return sharing::who_sees(connection, owner, marking, marking.embargo_until.value_or(request.now),
                             sharing::naming_for(actor));
  }));
  TRY(const auto others, related(app, request, draft));
  std::string out;
  if (!checked.remarks.empty()) {
    render<
        "<div class=\"callout callout-warn\"><p>[[<b>What the standard would rather have.</b> It can be saved as it "
        "is.]]</p><ul>\n">(out);
    for (const auto& each : checked.remarks) {
      render<"<li><code>{}</code> {}</li>\n">(out, each.path, formats::sentence_of(each));
    }
    out += "</ul></div>\n";
  }
  render<"<section class=\"panel\"><h2>{}</h2>\n<p><span class=\"tag\">{}</span></p>\n">(
      out, checked.title, threat_type_title(text_at(checked.object, "type")));
  for (const std::string_view name : {"description", "content", "explanation"}) {
    if (const auto text = text_at(checked.object, name); !text.empty()) {
      render<"<div class=\"prose\">{}</div>\n">(out, threat_markdown(text));
    }
  }
  if (!draft.relations.empty()) {
    out += "<ul>\n";
    for (const auto& each : draft.relations) {
      const auto found = std::ranges::find(others, each.target, &threat::ThreatRow::id);
      render<"<li><span lang=\"en\">{}</span> {}</li>\n">(out, each.verb,
                                                          found == others.end() ? each.target : found->name);
    }
    out += "</ul>\n";
  }
  render<"<details><summary>[[The object as JSON]]</summary>\n{}</details>\n</section>\n">(
      out, raw_json_html(checked.object));
  render<"<section class=\"panel\" aria-labelledby=\"who\"><h2 id=\"who\">[[Who will see it, and why]]</h2>\n">(out);
  out += marking_html(marking, reach, sight).str();
  out += reach_html(reach, marking, sight).str();
  render<"<p class=\"callout\">[[It goes out under your organisation's name.]]</p>\n</section>\n">(out);
  FormMarkup save{request, target.action, form, "save"};
  append_hidden(save, form, target.type);
  auto buttons = button("save", tr<"Save it">(), false);
  buttons += button("edit", tr<"Change it again">(), true);
  out += save.end(Html::from_trusted(std::move(buttons))).str();
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
