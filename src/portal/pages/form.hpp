#pragma once
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// Forms, once: fields that came, what is wrong with them, and the same form again with what was typed. Labels, hints,
/// errors and buttons look and read the same on every page, to eyes and to screen readers. A page does:
///
///     TRY(auto form, Form::read(request, {"name", "language"}));   // an unknown field is an error: nothing slips in
///     auto status = members::change_person(...);
///     if (!status) { TRY_VOID(form.take(status.error())); return show(app, request, form); }   // page with 422
///     return done("/account", "saved");
namespace tocsin::portal::pages {

struct Page;  // pages/layout.hpp

class Form {
 public:
  Form() = default;
  /// The fields of a POST. Errors: invalid_input for a field that is not in `known` (csrf always is), for one that
  /// comes twice and is not in `many`.
  static Result<Form> read(const http::Request& request, std::initializer_list<std::string_view> known,
                           std::initializer_list<std::string_view> many = {});
  /// The same for forms whose fields come from a table.
  static Result<Form> read_from(const http::Request& request, std::span<const std::string> known,
                                std::span<const std::string> many);

  /// What was typed, trimmed; empty where absent.
  std::string get(std::string_view name) const;
  /// As it came: for passwords.
  std::string_view raw(std::string_view name) const noexcept { return fields_.get(name); }
  std::vector<std::string> all(std::string_view name) const;
  bool checked(std::string_view name) const noexcept { return fields_.has(name); }
  /// Value with which a page is first shown.
  Form& with(std::string name, std::string value);
  /// Another value in the place of what came.
  Form& replace(std::string_view name, std::string value);

  /// Puts a sentence to a field; an empty name is the form as a whole.
  void wrong(std::string_view name, std::string_view message);
  /// Refusals that the reader can mend become errors of the field that `where` names, or of the form. Others
  /// (not_found, forbidden, unavailable, internal) are given back for the error page.
  Status take(const Error& error);
  bool good() const noexcept { return errors_.empty(); }
  std::string_view error_of(std::string_view name) const noexcept;
  const std::vector<std::pair<std::string, std::string>>& errors() const noexcept { return errors_; }

 private:
  http::Fields fields_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::string>> errors_;  ///< Field and sentence.
};

/// The bytes of a file that came with the form; empty where none did.
std::string_view upload_of(const http::Request& request, std::string_view field) noexcept;

struct Option {
  std::string value, label, hint = {};
};

struct Input {
  std::string_view name, label;
  std::string_view hint = {};
  std::string_view type = "text";  ///< text, email, password, url, number, date, search
  std::string_view autocomplete = "off";
  int maxlength = 200;
  bool required = false;
  bool autofocus = false;
  std::string_view inputmode = {};  ///< "numeric"
  bool code = false;                ///< Monospaced, without spelling help.
  std::string_view list = {};       ///< Id of a <datalist> that proposes values.
};

/// Builds one <form method="post"> with its hidden csrf.
class FormMarkup {
 public:
  enum class Sends { fields, files };
  /// `form` gives values and errors. `id` sets fields of several forms on a page apart.
  FormMarkup(const http::Request& request, std::string_view action, const Form& form = {}, std::string_view id = "f",
             Sends sends = Sends::fields);

  FormMarkup& input(const Input& input);
  FormMarkup& textarea(const Input& input, int rows = 5);
  /// Of a form that sends files; `accept` as HTML has it. See upload_of.
  FormMarkup& file(const Input& input, std::string_view accept);
  FormMarkup& select(const Input& input, const std::vector<Option>& options);
  /// Several values of one name.
  FormMarkup& checkboxes(std::string_view name, std::string_view legend, const std::vector<Option>& options,
                         std::string_view hint = {});
  FormMarkup& radios(std::string_view name, std::string_view legend, const std::vector<Option>& options,
                     std::string_view hint = {});
  FormMarkup& checkbox(std::string_view name, std::string_view label, std::string_view hint = {});
  FormMarkup& hidden(std::string_view name, std::string_view value);
  FormMarkup& html(const html::Html& html);
  /// Closes the form with its button, and a link beside it where `cancel` names a path.
  enum class Button { normal, quiet, danger };
  html::Html submit(std::string_view label, Button button = Button::normal, std::string_view cancel = {});
  /// The same where there are several buttons, each with a name and a value.
  html::Html end(const html::Html& buttons);

 private:
  std::string field_id(std::string_view name) const;
  void begin_field(std::string_view name, std::string_view label, std::string_view hint, bool required);
  void end_field() { out_ += "</div>\n"; }
  html::Html described_by(std::string_view name, std::string_view hint) const;
  FormMarkup& group(std::string_view type, std::string_view name, std::string_view legend,
                    const std::vector<Option>& options, std::string_view hint);

  Form form_;
  std::string id_;
  std::string out_;
};

/// What is wrong, at the top of a page, focused, each sentence a link to its field. Empty where nothing is.
html::Html error_summary(const Form& form, std::string_view id = "f");

/// A form of nothing but a button: POST with these fields.
html::Html button_form(const http::Request& request, std::string_view action, std::string_view label,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> fields = {},
                       FormMarkup::Button button = FormMarkup::Button::quiet, std::string_view described = {});

/// Sentences shown once after a redirect, by code: nothing from the address is ever shown. A page that names its query
/// parameters lists kNoticeParameter among them.
inline constexpr std::string_view kNoticeParameter = "notice";
std::string_view notice_text(std::string_view code) noexcept;
bool notice_is_bad(std::string_view code) noexcept;
/// 303 to `path` (of our own) with `?notice=code`; the code must be in the list.
http::Response done(std::string_view path, std::string_view notice = {});

/// A page that holds a form: never kept by browser or proxy; 422 where the form has errors.
http::Response form_page(App& app, const http::Request& request, Page page, const Form& form);

/// Dangerous acts ask again who it is: where the last proof is too old, the redirect to /confirm that comes back to
/// `back`; else nothing.
std::optional<http::Response> confirm_first(App& app, const http::Request& request, std::string_view back);

/// A route that pages with forms use. Member pages are never indexed.
void add_page(http::Router& router, http::Method method, std::string pattern, std::string name,
              domain::Permission permission, http::Handler handler, const std::function<void(http::Route&)>& more = {});

}  // namespace tocsin::portal::pages
