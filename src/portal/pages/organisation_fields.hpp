#pragma once
#include "base/messages.hpp"
#include "engine/members/members.hpp"
#include "portal/pages/form.hpp"

/// The fields of an organisation's profile, in the forms of those who apply, those who edit and those who enter one.
namespace tocsin::portal::pages {

/// Which of them: kind and the vendors of the catalogue are the CERT's to say.
struct OrganisationFields {
  bool kind = true, vendor_keys = true;
  std::string_view description_label = tr<"About the organisation">();
  std::string_view description_hint = {};
};
void append_organisation_fields(FormMarkup& markup, const OrganisationFields& fields);
/// What was typed. Errors: invalid_input for a kind that there is not.
Result<engine::members::OrganisationInput> organisation_input(const Form& form);
/// What is stored, for the form that changes it.
Form organisation_form(const domain::Organisation& organisation);

/// "DE, at" -> {"DE", "at"}: parts by comma, semicolon, blank or line.
std::vector<std::string> parts_of(std::string_view text);

}  // namespace tocsin::portal::pages
