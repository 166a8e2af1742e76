#include "portal/pages/form.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/identity/identity.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/layout.hpp"

namespace tocsin::portal::pages {
namespace {

using html::attribute;
using html::attribute_if;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

struct NoticeText {
  std::string_view code;
  Message text;
  bool bad = false;
};
/// Codes are part of addresses; sentences may change.
constexpr NoticeText kNotices[] = {
    {"saved", message<"Saved.">},
    {"removed", message<"Removed.">},
    {"run-asked", message<"It is being matched. What comes of it stands here in a moment.">},
    {"subscribed", message<"You are subscribed.">},
    {"marked-read", message<"Marked as read.">},
    {"marked-unread", message<"Marked as unread.">},
    {"signed-out", message<"You have signed out.">},
    {"password-changed", message<"The password has been changed. Your other sessions have ended.">},
    {"password-set", message<"The password is set. Sign in with it now.">},
    {"email-proven", message<"The address is confirmed.">},
    {"factor-added", message<"The second factor is in force from the next sign-in on.">},
    {"factor-removed", message<"The second factor has been removed.">},
    {"passkey-added", message<"The passkey has been added.">},
    {"passkey-removed", message<"The passkey has been removed.">},
    {"certificate-registered", message<"The certificate is registered. The program can use it now.">},
    {"outside-connected", message<"Your account is connected. You can sign in that way now.">},
    {"outside-disconnected", message<"Your account is disconnected; sessions that were begun that way have ended.">},
    {"outside-only-way",
     message<"It is the only way into your account: add a passkey, or have a password set, before you disconnect it.">,
     true},
    {"session-ended", message<"The session has ended.">},
    {"sessions-ended", message<"All other sessions have ended.">},
    {"token-revoked", message<"The token has been revoked.">},
    {"acting-for", message<"You act for another organisation now.">},
    {"set-up", message<"The installation is set up. Sign in with your new password now.">},
    {"logo-saved", message<"The logo is on every page now.">},
    {"confirmed", message<"Thank you. Please go on.">},
    {"passkey-refused", message<"The passkey was not accepted. Try again, or go on in another way.">, true},
    {"reset-asked",
     message<"If somebody here has this address, a mail with a link is on its way to it. It may take some minutes.">},
    {"proof-sent",
     message<"A mail with a link is on its way to that address. Nothing changes until the link is used.">},
    {"mail-retry", message<"It is tried again now.">},
    {"mail-dropped", message<"The mail is not sent any more.">},
    {"mail-test", message<"A mail to you is on its way, to try it out.">},
    {"peer-read", message<"It is read now. Look again in a moment.">},
    {"peer-started", message<"It is read by schedule from now on.">},
    {"peer-paused", message<"It is not read any more, until somebody starts it again.">},
    {"webhook-test", message<"A test is on its way. Look at the deliveries in a moment.">},
    {"asked", message<"Nothing was done yet: another person has to approve it. It waits here.">},
    {"approved", message<"Approved, and done.">},
    {"rejected", message<"Rejected.">},
    {"withdrawn", message<"Withdrawn.">},
    {"glass-ended", message<"The access has ended.">},
    {"shared", message<"Shared. What comes of it stands here.">},
    {"report-revoked", message<"Revoked. Who got it is told.">},
    {"thanked", message<"Your thanks stand on the page of who shared it.">},
    {"seen-too", message<"Thank you. Who shared it sees it on its page.">},
    {"erased", message<"Your account and what belonged to it has been erased.">},
};

bool among(std::string_view name, std::span<const std::string> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view button_class(FormMarkup::Button button) noexcept {
  switch (button) {
    case FormMarkup::Button::normal:
      return "button";
    case FormMarkup::Button::quiet:
      return "button-quiet";
    case FormMarkup::Button::danger:
      return "button button-danger";
  }
  return "button";
}

void append_csrf(std::string& out, const http::Request& request) {
  render<"<input type=\"hidden\" name=\"csrf\" value=\"{}\">\n">(out, access::csrf(request));
}

}  // namespace

Result<Form> Form::read(const http::Request& request, std::initializer_list<std::string_view> known,
                        std::initializer_list<std::string_view> many) {
  const std::vector<std::string> once(known.begin(), known.end()), often(many.begin(), many.end());
  return read_from(request, once, often);
}

Result<Form> Form::read_from(const http::Request& request, std::span<const std::string> known,
                             std::span<const std::string> many) {
  Form form;
  for (const auto names : {known, many}) form.known_.insert(form.known_.end(), names.begin(), names.end());
  for (const auto& [name, value] : request.form.list()) {
    if (name == "csrf") continue;
    if (!among(name, known) && !among(name, many)) {
      return Error::invalid(tr<"this form has no field '{}'">(text::shorten(name, 64)));
    }
    if (form.fields_.has(name) && !among(name, many)) {
      return Error::invalid(tr<"the field '{}' came twice">(name));
    }
    form.fields_.add(name, value);
  }
  for (const auto& upload : request.uploads) {
    if (!among(upload.field, known)) {
      return Error::invalid(tr<"this form has no field '{}'">(text::shorten(upload.field, 64)));
    }
  }
  return form;
}

std::string_view upload_of(const http::Request& request, std::string_view field) noexcept {
  const auto found = std::ranges::find(request.uploads, field, &http::Upload::field);
  return found == request.uploads.end() ? std::string_view{} : std::string_view{found->bytes};
}

std::string Form::get(std::string_view name) const { return std::string{text::trim(fields_.get(name))}; }

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto value : fields_.all(name)) values.emplace_back(text::trim(value));
  return values;
}

Form& Form::with(std::string name, std::string value) {
  fields_.add(std::move(name), std::move(value));
  return *this;
}

Form& Form::replace(std::string_view name, std::string value) {
  http::Fields kept;
  for (const auto& [field, old] : fields_.list()) {
    if (field != name) kept.add(field, old);
  }
  fields_ = std::move(kept);
  return with(std::string{name}, std::move(value));
}

void Form::wrong(std::string_view name, std::string_view message) { errors_.emplace_back(name, message); }

Status Form::take(const Error& error) {
  switch (error.code) {
    case Error::Code::invalid_input:
    case Error::Code::too_large:
    case Error::Code::conflict: {
      // The version travels unseen: what is wrong with it is wrong with the form.
      const bool ours =
          error.where != "version" && std::find(known_.begin(), known_.end(), error.where) != known_.end();
      wrong(ours ? std::string_view{error.where} : std::string_view{}, error.message);
      return ok();
    }
    default:
      return error;
  }
}

std::string_view Form::error_of(std::string_view name) const noexcept {
  for (const auto& [field, message] : errors_) {
    if (field == name) return message;
  }
  return {};
}

FormMarkup::FormMarkup(const http::Request& request, std::string_view action, const Form& form, std::string_view id,
                       Sends sends)
    : form_(form), id_(id) {
  render<"<form class=\"form\" method=\"post\" action=\"{}\" {} novalidate>\n">(
      out_, Url::own(std::string{action}), attribute_if<"enctype">(sends == Sends::files, "multipart/form-data"));
  append_csrf(out_, request);
}

std::string FormMarkup::field_id(std::string_view name) const { return fmt::format("{}-{}", id_, name); }

void FormMarkup::begin_field(std::string_view name, std::string_view label, std::string_view hint, bool required) {
  const auto id = field_id(name);
  const auto error = form_.error_of(name);
  out_ += error.empty() ? "<div class=\"field\">" : "<div class=\"field field-wrong\">";
  render<"<label for=\"{}\">{}{}</label>">(
      out_, id, label, required ? Html{} : fragment<" <span class=\"optional\">[[(optional)]]</span>">());
  if (!hint.empty()) render<"<p class=\"hint\" id=\"{}-hint\">{}</p>">(out_, id, hint);
  if (!error.empty()) {
    render<"<p class=\"field-error\" id=\"{}-error\"><span class=\"hidden\">[[Error:]] </span>{}</p>">(out_, id, error);
  }
}

Html FormMarkup::described_by(std::string_view name, std::string_view hint) const {
  const auto id = field_id(name);
  const bool wrong = !form_.error_of(name).empty();
  std::string ids;
  if (!hint.empty()) ids = id + "-hint";
  if (wrong) ids += (ids.empty() ? "" : " ") + id + "-error";
  std::string out;
  if (!ids.empty()) out += " " + attribute<"aria-describedby">(ids).str();
  if (wrong) out += " " + attribute<"aria-invalid">("true").str();
  return Html::from_trusted(std::move(out));
}

FormMarkup& FormMarkup::input(const Input& input) {
  begin_field(input.name, input.label, input.hint, input.required);
  // What is secret never comes back into a page.
  const bool secret = input.type == "password";
  const auto value = secret ? std::string{} : std::string{form_.raw(input.name)};
  render<
      "<input id=\"{}\" name=\"{}\" type=\"{}\" value=\"{}\" autocomplete=\"{}\" maxlength=\"{}\" {} {} {} {} {} {} "
      "{}>">(out_, field_id(input.name), input.name, input.type, value, input.autocomplete, input.maxlength,
             attribute_if<"required">(input.required), attribute_if<"autofocus">(input.autofocus && form_.good()),
             attribute_if<"inputmode">(!input.inputmode.empty(), input.inputmode),
             attribute_if<"spellcheck">(input.code || secret, "false"), attribute_if<"class">(input.code, "code-input"),
             attribute_if<"list">(!input.list.empty(), input.list),
             html::Attribute::from_trusted(described_by(input.name, input.hint).str()));
  end_field();
  return *this;
}

FormMarkup& FormMarkup::file(const Input& input, std::string_view accept) {
  begin_field(input.name, input.label, input.hint, input.required);
  render<"<input id=\"{}\" name=\"{}\" type=\"file\" accept=\"{}\" {} {}>">(
      out_, field_id(input.name), input.name, accept, attribute_if<"required">(input.required),
      html::Attribute::from_trusted(described_by(input.name, input.hint).str()));
  end_field();
  return *this;
}

FormMarkup& FormMarkup::textarea(const Input& input, int rows) {
  begin_field(input.name, input.label, input.hint, input.required);
  // The parser eats one line end after the tag: a text that begins with one keeps it.
  render<"<textarea id=\"{}\" name=\"{}\" rows=\"{}\" maxlength=\"{}\" {} {} {} {}>\n{}</textarea>">(
      out_, field_id(input.name), input.name, rows, input.maxlength, attribute_if<"required">(input.required),
      attribute_if<"spellcheck">(input.code, "false"), attribute_if<"class">(input.code, "code-input"),
      html::Attribute::from_trusted(described_by(input.name, input.hint).str()), form_.raw(input.name));
  end_field();
  return *this;
}

FormMarkup& FormMarkup::select(const Input& input, const std::vector<Option>& options) {
  begin_field(input.name, input.label, input.hint, input.required);
  render<"<select id=\"{}\" name=\"{}\" {} {}>">(
      out_, field_id(input.name), input.name, attribute_if<"required">(input.required),
      html::Attribute::from_trusted(described_by(input.name, input.hint).str()));
  const auto chosen = form_.raw(input.name);
  for (const auto& option : options) {
    render<"<option value=\"{}\" {}>{}</option>">(out_, option.value, attribute_if<"selected">(option.value == chosen),
                                                  option.label);
  }
  out_ += "</select>";
  end_field();
  return *this;
}

FormMarkup& FormMarkup::group(std::string_view type, std::string_view name, std::string_view legend,
                              const std::vector<Option>& options, std::string_view hint) {
  const auto id = field_id(name);
  const auto error = form_.error_of(name);
  render<"<fieldset id=\"{}\" class=\"{}\" {}><legend>{}</legend>">(
      out_, id, error.empty() ? "field" : "field field-wrong",
      html::Attribute::from_trusted(described_by(name, hint).str()), legend);
  if (!hint.empty()) render<"<p class=\"hint\" id=\"{}-hint\">{}</p>">(out_, id, hint);
  if (!error.empty()) {
    render<"<p class=\"field-error\" id=\"{}-error\"><span class=\"hidden\">[[Error:]] </span>{}</p>">(out_, id, error);
  }
  const auto chosen = form_.all(name);
  int number = 0;
  for (const auto& option : options) {
    const auto option_id = fmt::format("{}-{}", id, number++);
    const bool checked = std::find(chosen.begin(), chosen.end(), option.value) != chosen.end();
    render<
        "<div class=\"choice\"><input id=\"{}\" type=\"{}\" name=\"{}\" value=\"{}\" {} {}><label "
        "for=\"{}\">{}</label>">(
        out_, option_id, type, name, option.value, attribute_if<"checked">(checked),
        option.hint.empty() ? html::Attribute{} : attribute<"aria-describedby">(option_id + "-hint"), option_id,
        option.label);
    if (!option.hint.empty()) render<"<p class=\"hint\" id=\"{}-hint\">{}</p>">(out_, option_id, option.hint);
    out_ += "</div>";
  }
  out_ += "</fieldset>\n";
  return *this;
}

FormMarkup& FormMarkup::checkboxes(std::string_view name, std::string_view legend, const std::vector<Option>& options,
                                   std::string_view hint) {
  return group("checkbox", name, legend, options, hint);
}

FormMarkup& FormMarkup::radios(std::string_view name, std::string_view legend, const std::vector<Option>& options,
                               std::string_view hint) {
  return group("radio", name, legend, options, hint);
}

FormMarkup& FormMarkup::checkbox(std::string_view name, std::string_view label, std::string_view hint) {
  const auto id = field_id(name);
  const auto error = form_.error_of(name);
  out_ += error.empty() ? "<div class=\"field choice\">" : "<div class=\"field choice field-wrong\">";
  if (!error.empty()) {
    render<"<p class=\"field-error\" id=\"{}-error\"><span class=\"hidden\">[[Error:]] </span>{}</p>">(out_, id, error);
  }
  render<"<input id=\"{}\" type=\"checkbox\" name=\"{}\" value=\"yes\" {} {}><label for=\"{}\">{}</label>">(
      out_, id, name, attribute_if<"checked">(form_.checked(name)),
      html::Attribute::from_trusted(described_by(name, hint).str()), id, label);
  if (!hint.empty()) render<"<p class=\"hint\" id=\"{}-hint\">{}</p>">(out_, id, hint);
  end_field();
  return *this;
}

FormMarkup& FormMarkup::hidden(std::string_view name, std::string_view value) {
  render<"<input type=\"hidden\" name=\"{}\" value=\"{}\">\n">(out_, name, value);
  return *this;
}

FormMarkup& FormMarkup::html(const Html& html) {
  out_ += html.str();
  return *this;
}

Html FormMarkup::submit(std::string_view label, Button button, std::string_view cancel) {
  render<"<div class=\"form-end\"><button class=\"{}\" type=\"submit\">{}</button>">(out_, button_class(button), label);
  if (!cancel.empty()) render<"<a href=\"{}\">[[Cancel]]</a>">(out_, Url::own(std::string{cancel}));
  out_ += "</div>\n</form>\n";
  return Html::from_trusted(std::move(out_));
}

Html FormMarkup::end(const Html& buttons) {
  render<"<div class=\"form-end\">{}</div>\n</form>\n">(out_, buttons);
  return Html::from_trusted(std::move(out_));
}

Html error_summary(const Form& form, std::string_view id) {
  if (form.good()) return {};
  std::string out;
  render<
      "<div class=\"callout callout-error error-summary\" role=\"alert\" tabindex=\"-1\" autofocus><h2>[[Please mend "
      "this]]</h2><ul>">(out);
  for (const auto& [field, message] : form.errors()) {
    if (field.empty()) {
      render<"<li>{}</li>">(out, message);
    } else {
      render<"<li><a href=\"{}\">{}</a></li>">(out, Url::own(fmt::format("#{}-{}", id, field)), message);
    }
  }
  out += "</ul></div>\n";
  return Html::from_trusted(std::move(out));
}

Html button_form(const http::Request& request, std::string_view action, std::string_view label,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> fields, FormMarkup::Button button,
                 std::string_view described) {
  std::string out;
  render<"<form class=\"inline-form\" method=\"post\" action=\"{}\">">(out, Url::own(std::string{action}));
  append_csrf(out, request);
  for (const auto& [name, value] : fields) {
    render<"<input type=\"hidden\" name=\"{}\" value=\"{}\">">(out, name, value);
  }
  // "Remove" ten times on a page says nothing by itself.
  render<"<button class=\"{}\" type=\"submit\">{}">(out, button_class(button), label);
  if (!described.empty()) render<"<span class=\"hidden\"> {}</span>">(out, described);
  out += "</button></form>";
  return Html::from_trusted(std::move(out));
}

std::string_view notice_text(std::string_view code) noexcept {
  const auto* found = std::find_if(std::begin(kNotices), std::end(kNotices),
                                   [code](const NoticeText& each) { return each.code == code; });
  return found == std::end(kNotices) ? std::string_view{} : found->text.text();
}

bool notice_is_bad(std::string_view code) noexcept {
  return std::any_of(std::begin(kNotices), std::end(kNotices),
                     [code](const NoticeText& each) { return each.code == code && each.bad; });
}

http::Response done(std::string_view path, std::string_view notice) {
  TOCSIN_CHECK(notice.empty() || !notice_text(notice).empty());
  std::string location{path};
  if (!notice.empty()) {
    location += path.find('?') == std::string_view::npos ? '?' : '&';
    location += fmt::format("{}={}", kNoticeParameter, notice);
  }
  auto response = http::Response::redirect(std::move(location));
  response.cache_control = "no-store";
  return response;
}

http::Response form_page(App& app, const http::Request& request, Page page, const Form& form) {
  page.noindex = true;
  auto response = render_page(app, request, page, form.good() ? 200 : 422);
  response.cache_control = "no-store";
  return response;
}

std::optional<http::Response> confirm_first(App& app, const http::Request& request, std::string_view back) {
  if (request.principal != nullptr && app.identity()->fresh(*request.principal, request.now)) return std::nullopt;
  return done(http::with_query("/confirm", {{"next", back}}));
}

void add_page(http::Router& router, http::Method method, std::string pattern, std::string name,
              domain::Permission permission, http::Handler handler, const std::function<void(http::Route&)>& more) {
  http::Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.name = std::move(name);
  route.permission = permission;
  route.handler = std::move(handler);
  constexpr std::size_t kFormBytes = 256 << 10;
  if (method != http::Method::get) route.body_bytes_max = kFormBytes;
  if (more) more(route);
  router.add(std::move(route));
}

}  // namespace tocsin::portal::pages
