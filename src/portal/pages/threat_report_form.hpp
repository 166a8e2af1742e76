#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/threat/report.hpp"
#include "portal/pages/form.hpp"

/// The form in which members share what they saw, and the step before it is saved.
namespace tocsin::portal::pages {

inline constexpr std::string_view kSharePath = "/threats/share";
inline constexpr std::string_view kSharedPath = "/threats/shared";

/// Fields of every step.
Result<Form> read_report_form(const http::Request& request);
/// Filled from what was given, to go on with.
Form report_form_of(const engine::threat::OwnReport& report, const engine::Actor& actor);
engine::threat::ReportInput report_input(const Form& form);
/// Errors: invalid_input with `where` = the field.
Result<engine::threat::ReportAudience> report_audience(const Form& form);
Result<engine::threat::Attribution> report_attribution(const Form& form);

/// Whom it is for, and TLP, as every form about threats asks it: the fields "whom", "community", "organisation", "tlp"
/// and "embargo".
Status append_audience(App& app, const engine::Actor& actor, FormMarkup& markup, const Form& form);
void fill_audience(Form& form, const engine::sharing::Marking& marking, const engine::Actor& actor);

/// `is_new`: under whose name it goes is chosen once.
Result<html::Html> report_form_html(App& app, const http::Request& request, std::string_view action, const Form& form,
                                    bool is_new, std::string_view cancel);
struct ReportReview {
  const engine::threat::Review& review;
  const engine::sharing::Marking& marking;
  engine::threat::Attribution attribution;
  domain::OrganisationId owner;
};
/// What was understood, who will see it, and the buttons.
Result<html::Html> report_review_html(App& app, const http::Request& request, std::string_view action, const Form& form,
                                      const ReportReview& shown);

/// "file hash (SHA-256)"
std::string_view kind_title(formats::threat_text::Kind kind) noexcept;
std::string_view doubt_text(formats::threat_text::Doubt doubt) noexcept;

}  // namespace tocsin::portal::pages
