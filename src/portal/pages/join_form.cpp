#include "portal/pages/join_form.hpp"

#include "portal/access.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {

using domain::Grantee;

Result<std::vector<Option>> organisations_to_join(App& app, const http::Request& request,
                                                  const std::function<bool(std::string_view id)>& is_in) {
  TRY(auto options, organisation_options(app, access::actor(request)));
  std::erase_if(options, [&](const auto& option) { return is_in(option.value); });
  options.insert(options.begin(), Option{.value = "", .label = std::string{tr<"Choose an organisation">()}});
  return options;
}

FormMarkup& join_fields(FormMarkup& markup, const std::vector<Option>& organisations, std::string_view person_hint) {
  return markup
      .select({.name = "organisation", .label = tr<"An organisation, with all of its people">()}, organisations)
      .input({.name = "email",
              .label = tr<"Or one person, by mail address">(),
              .hint = person_hint,
              .type = "email",
              .maxlength = 254});
}

Result<Who> who_joins(const Form& form) {
  const auto organisation = form.get("organisation"), email = form.get("email");
  if (organisation.empty() == email.empty()) {
    return Error::invalid(std::string{tr<"choose an organisation or type an address: one of the two">()},
                          "organisation");
  }
  if (organisation.empty()) return Who{email};
  const auto id = id_of(organisation);
  if (!id) return Error::invalid(std::string{tr<"choose an organisation from the list">()}, "organisation");
  return Who{Grantee{Grantee::Kind::organisation, *id}};
}

Result<Who> who_leaves(const Form& form) {
  if (auto email = form.get("email"); !email.empty()) return Who{std::move(email)};
  const auto id = id_of(form.get("member"));
  const auto kind = form.get("kind");
  for (const auto each : {Grantee::Kind::organisation, Grantee::Kind::person}) {
    if (id && kind == domain::to_string(each)) return Who{Grantee{each, *id}};
  }
  return Error::invalid(std::string{tr<"an organisation or a person is removed, by number">()}, "kind");
}

}  // namespace tocsin::portal::pages
