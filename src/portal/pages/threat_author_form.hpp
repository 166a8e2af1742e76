#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "engine/threat/author.hpp"
#include "formats/stix/fields.hpp"
#include "portal/pages/form.hpp"

/// The form in which objects of STIX are written: its fields come from the grammar's tables (formats/stix/fields.hpp).
/// Two views of the same: fields, and the object as text.
namespace tocsin::portal::pages {

/// What a property is called for people; as it is written where there is no word for it.
std::string_view property_title(std::string_view property);
std::string_view property_hint(std::string_view property);
/// Of the words of opinions: others are shown as the standard writes them, and said to be English.
std::string_view opinion_title(std::string_view word);
/// What a type is for, in one sentence.
std::string_view authored_type_hint(std::string_view type);

enum class AuthorView { fields, source };
AuthorView view_of(const Form& form);

Result<Form> read_author_form(const http::Request& request, std::string_view type);
/// Filled from an object, its relationships and, out of `from`, what is asked beside them.
Form author_form_of(const boost::json::object& object, const std::vector<engine::threat::RelationTo>& relations,
                    AuthorView view, const Form& from);

/// What was typed. Errors of fields are put into the form. `text`: the object, as it can be read again.
struct Authored {
  engine::threat::Draft draft;
  std::optional<boost::json::object> object;  ///< None where the text is no object.
};
Result<Authored> read_authored(App& app, const http::Request& request, std::string_view type, Form& form);

struct AuthorTarget {
  std::string type, action, cancel;
  const engine::threat::Editable* before = nullptr;  ///< None: a new object.
};
Result<html::Html> author_form_html(App& app, const http::Request& request, const AuthorTarget& target,
                                    const Form& form);
/// What will be kept, who will see it, and the buttons.
Result<html::Html> author_review_html(App& app, const http::Request& request, const AuthorTarget& target,
                                      const Form& form, const engine::threat::Checked& checked,
                                      const engine::threat::Draft& draft, const engine::sharing::Marking& marking);
/// Puts what the standard says to the fields where it is said of them.
void tell_problems(const std::vector<formats::Finding>& problems, Form& form);

}  // namespace tocsin::portal::pages
