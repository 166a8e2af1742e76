#pragma once
#include <string>
#include <string_view>

#include "formats/csaf/names.hpp"
#include "formats/csaf/validate/tests.hpp"

/// What the tests of profiles have in common, whichever group they belong to.
namespace tocsin::formats::csaf {

/// At a member of `parent`, whether it is there or not.
void add_at_member(Sink& sink, Node parent, std::string_view name, std::string_view message, std::string_view mend);

/// The titles in the document's language; tells where nobody has recorded them. Null for English as well where
/// `foreign_only`.
const Translation* titles_of(const Model& model, Sink& sink, std::string_view what, bool foreign_only);

}  // namespace tocsin::formats::csaf
