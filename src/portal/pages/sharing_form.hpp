#pragma once
#include "engine/sharing/sharing.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/sharing_view.hpp"

/// The form that says whom an advisory is for.
namespace tocsin::portal::pages {

/// TLP with what it means, from wide to narrow.
std::vector<Option> tlp_options();
/// "2026-06-01T12:00" as browsers send it, in UTC; or RFC 3339. Errors: invalid_input with `where` = "embargo".
Result<std::optional<Timestamp>> embargo_of(const std::string& typed);
/// Checkboxes behind a summary that counts them; nothing where there is nothing to choose.
void append_fold(FormMarkup& markup, const Form& form, std::string_view name, std::string_view title,
                 std::string_view legend, const std::vector<Option>& options);
/// Open communities that the actor knows, by name.
Result<std::vector<Option>> community_options(App& app, const engine::Actor& actor);

/// Fields of every step; the rest belongs to one step. `many` come more than once.
Result<Form> read_sharing_form(const http::Request& request);
/// The form filled from the marking now.
Form sharing_form_of(const Sharing& sharing);
/// What was typed. Errors: invalid_input with `where` = the field.
Result<engine::sharing::Marking> marking_of(App& app, const engine::Actor& actor, const domain::Record& record,
                                            const Form& form);
/// The fields, to change.
Result<html::Html> sharing_form_html(App& app, const http::Request& request, const Sharing& sharing, const Form& form);
/// A form of hidden fields that sends the same again, with a button.
html::Html sharing_again_html(const http::Request& request, const Sharing& sharing, const Form& form,
                              std::string_view step, const html::Html& before_button, std::string_view label,
                              FormMarkup::Button button, std::string_view id, std::string_view cancel = {});

}  // namespace tocsin::portal::pages
