#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "portal/app.hpp"
#include "portal/pages/form.hpp"

/// The form by which an organisation or a single person comes into a case or a community, and the button by which they
/// leave it.
namespace tocsin::portal::pages {

/// Organisations to choose from; without those that are in it already.
Result<std::vector<Option>> organisations_to_join(App& app, const http::Request& request,
                                                  const std::function<bool(std::string_view id)>& is_in);
/// The fields "organisation" and "email".
FormMarkup& join_fields(FormMarkup& markup, const std::vector<Option>& organisations, std::string_view person_hint);

/// An organisation or person by number, or a person by mail address.
using Who = std::variant<domain::Grantee, std::string>;
/// Errors: invalid_input where it is not exactly one of the two.
Result<Who> who_joins(const Form& form);
/// Of the fields "kind" and "member", or "email". Errors: invalid_input.
Result<Who> who_leaves(const Form& form);

}  // namespace tocsin::portal::pages
