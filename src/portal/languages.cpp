#include "portal/languages.hpp"

#include <array>
#include <mutex>

#include "base/text.hpp"
#include "domain/audit.hpp"
#include "domain/case.hpp"
#include "domain/four_eyes.hpp"
#include "domain/nis2.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "domain/record.hpp"
#include "domain/role.hpp"
#include "domain/sector.hpp"
#include "engine/audit/trail.hpp"
#include "engine/exposure/controls.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/hooks/hooks.hpp"
#include "engine/identity/identity.hpp"
#include "engine/search/query.hpp"
#include "engine/site/site.hpp"
#include "exchange/taxii_paging.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/cvss/metrics.hpp"
#include "portal/html/template.hpp"
#include "portal/tools/conversion.hpp"
#include "tocsin_languages.hpp"

namespace tocsin::portal {
namespace {

std::array<std::vector<messages::Problem>, kLanguageCount>& problems() {
  static std::array<std::vector<messages::Problem>, kLanguageCount> all;
  return all;
}

/// What the pages of members, people and sharing show.
void note_member_tables() {
  using domain::PersonStatus;
  for (const auto role : domain::all_roles()) {
    messages::note(domain::name(role));
    // Within a sentence.
    messages::note(text::lower_ascii(domain::name(role)));
  }
  for (const auto kind : domain::all_organisation_kinds()) messages::note(domain::to_string(kind));
  for (const auto status : domain::all_organisation_statuses()) messages::note(domain::to_string(status));
  for (const auto status :
       {PersonStatus::invited, PersonStatus::active, PersonStatus::suspended, PersonStatus::erased}) {
    messages::note(domain::to_string(status));
  }
  for (const auto status :
       {domain::RecordStatus::draft, domain::RecordStatus::published, domain::RecordStatus::withdrawn}) {
    messages::note(domain::to_string(status));
  }
  for (const auto kind : {domain::Grantee::Kind::organisation, domain::Grantee::Kind::community,
                          domain::Grantee::Kind::person, domain::Grantee::Kind::case_file}) {
    messages::note(domain::to_string(kind));
  }
  for (const auto kind : domain::all_case_kinds()) messages::note(domain::to_string(kind));
  for (const auto part : domain::all_case_parts()) messages::note(domain::to_string(part));
  for (const auto state : {domain::CaseState::open, domain::CaseState::closed}) {
    messages::note(domain::to_string(state));
  }
  for (const auto sector : domain::all_sectors()) messages::note(domain::name(sector));
  for (const auto& sector : domain::all_nis2_sectors()) messages::note(sector.name);
  for (const auto role : domain::contact_roles()) messages::note(role);
  for (const auto outcome :
       {domain::audit::Outcome::done, domain::audit::Outcome::refused, domain::audit::Outcome::failed}) {
    messages::note(domain::audit::to_string(outcome));
  }
  for (const auto act : domain::all_acts()) messages::note(domain::name(act));
  for (const auto& scope : engine::identity::scopes()) messages::note(scope.meaning);
  for (const auto reason : engine::hooks::kReasons) messages::note(reason);
  for (const auto fault : exchange::kFaults) messages::note(fault);
  for (const auto& action : engine::audit::kActions) messages::note(action.meaning);
}

/// Words of standards: metrics of CVSS and what their values mean, tests that cannot be run here.
void note_format_tables() {
  using formats::cvss::Version;
  for (const auto version : {Version::v2_0, Version::v3_1, Version::v4_0}) {
    for (const auto& metric : formats::cvss::metrics_of(version)) {
      messages::note(metric.name);
      for (const auto& value : metric.values) {
        messages::note(value.name);
        messages::note(value.explanation);
      }
    }
  }
  for (const auto version : {formats::csaf::CsafVersion::v2_0, formats::csaf::CsafVersion::v2_1}) {
    for (const auto& test : formats::csaf::tests_of(version)) messages::note(test.not_run);
  }
  // What Error::too_large says is too large, as far as pages show it.
  for (const std::string_view name : {"The password", "The document", "document", "logo", "search", "form", "query",
                                      "a parameter", "addressee", "XML document"}) {
    messages::note(name);
  }
}

/// What decisions about matches are made of.
void note_decision_tables() {
  using engine::exposure::Rules;
  for (const auto name : Rules::built_in_names()) {
    const auto& table = Rules::built_in(name).table();
    messages::note(table.name);
    const auto note_point = [](const formats::ssvc::TablePoint& point) {
      messages::note(point.name);
      for (const auto& value : point.values) messages::note(value.name);
    };
    for (const auto& point : table.inputs) note_point(point);
    note_point(table.outcome);
  }
  // The first point where it is not sure that something is affected.
  messages::note("Status");
  messages::note("Affected");
  for (const auto& control : engine::exposure::all_controls()) messages::note(control.name);
  // Columns of an inventory within a sentence.
  for (const std::string_view column : {"exposure", "zone", "safety", "environment", "production", "criticality"}) {
    messages::note(column);
  }
}

/// Names that lower rooms keep in tables: pages show them through tr_text.
void note_tables() {
  note_member_tables();
  note_format_tables();
  note_decision_tables();
  for (const auto form : tools::all_forms()) messages::note(tools::label_of(form));
  for (const auto& each : engine::search::filter_help()) messages::note(each.meaning);
  for (const auto& field : engine::site::fields()) {
    messages::note(field.label);
    messages::note(field.hint);
  }
}

void load_all() {
  note_tables();
  for (const auto& file : catalogues::files()) {
    auto language = Language::en;
    const auto tag = file.path.substr(0, file.path.find('.'));
    if (!parse_language(tag, language) || language == Language::en) continue;
    problems()[static_cast<std::size_t>(language)] = messages::load(language, file.bytes);
  }
  html::detail::TemplateEntry::localise_all();
}

}  // namespace

void load_languages() {
  static std::once_flag once;
  std::call_once(once, load_all);
}

const std::vector<messages::Problem>& language_problems(Language language) {
  load_languages();
  return problems()[static_cast<std::size_t>(language)];
}

}  // namespace tocsin::portal
