#include "portal/pages/organisation_fields.hpp"

#include "base/text.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {

void append_organisation_fields(FormMarkup& markup, const OrganisationFields& fields) {
  markup.input(
      {.name = "name", .label = tr<"Name of the organisation">(), .autocomplete = "organization", .required = true});
  if (fields.kind) {
    std::vector<Option> kinds;
    for (const auto kind : domain::all_organisation_kinds()) {
      kinds.push_back(
          {.value = std::string{domain::slug(kind)}, .label = std::string{tr_text(domain::to_string(kind))}});
    }
    markup.select({.name = "kind", .label = tr<"Kind">(), .required = true}, kinds);
  }
  std::vector<Option> sectors;
  for (const auto sector : domain::all_sectors()) {
    if (sector == domain::Sector::multiple) continue;
    sectors.push_back(
        {.value = std::string{domain::slug(sector)}, .label = std::string{tr_text(domain::name(sector))}});
  }
  markup.checkboxes("sectors", tr<"Sectors">(), sectors, tr<"All in which it works.">())
      .input({.name = "countries",
              .label = tr<"Countries">(),
              .hint = tr<"Codes of two letters, such as: DE, AT, CH">(),
              .maxlength = 1000})
      .input({.name = "homepage",
              .label = tr<"Homepage">(),
              .hint = tr<"Begins with https://">(),
              .type = "url",
              .autocomplete = "url",
              .maxlength = 2000})
      .textarea({.name = "description",
                 .label = fields.description_label,
                 .hint = fields.description_hint,
                 .maxlength = 4000});
  if (fields.vendor_keys) {
    markup.input({.name = "vendor_keys",
                  .label = tr<"Vendors in the catalogue that are this organisation">(),
                  .hint = tr<"Keys as in the addresses under /vendors, with commas between them. For vendors only.">(),
                  .maxlength = 2000,
                  .code = true});
  }
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : text) {
    if (c != ',' && c != ';' && c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(std::move(part));
      part.clear();
    }
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

Result<engine::members::OrganisationInput> organisation_input(const Form& form) {
  engine::members::OrganisationInput input;
  input.name = form.get("name");
  if (const auto kind = form.get("kind"); !kind.empty()) {
    const auto found = domain::parse_organisation_kind(kind);
    if (!found) return Error::invalid(std::string{tr<"choose the kind from the list">()}, "kind");
    input.kind = *found;
  }
  input.sectors = form.all("sectors");
  input.countries = parts_of(form.get("countries"));
  input.homepage = form.get("homepage");
  input.description = form.get("description");
  input.vendor_keys = parts_of(form.get("vendor_keys"));
  return input;
}

Form organisation_form(const domain::Organisation& organisation) {
  Form form;
  form.with("version", engine::members::version_of(organisation));
  form.with("name", organisation.name).with("kind", std::string{domain::slug(organisation.kind)});
  for (const auto sector : organisation.sectors) form.with("sectors", std::string{domain::slug(sector)});
  form.with("countries", joined(organisation.countries))
      .with("homepage", organisation.homepage)
      .with("description", organisation.description)
      .with("vendor_keys", joined(organisation.vendor_keys));
  return form;
}

}  // namespace tocsin::portal::pages
