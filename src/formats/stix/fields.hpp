#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "formats/stix/grammar.hpp"

/// The properties of an object as people type them: each is one text, by the tables of the grammar. Pure.
namespace tocsin::formats::stix {

/// Can it be typed as one text? Not what a version is known by (id, created, modified, ...), markings, and what is
/// nested too deep.
bool has_field(const Property& property) noexcept;
/// Of a type: its own, then the common ones, in the order of the standard.
std::vector<const Property*> fields_of(Type type);
/// What stands in it: lists one a line, "KILL CHAIN: PHASE", "SOURCE | ID | URL | DESCRIPTION", times in UTC as
/// "2026-03-01T12:00", "yes" where a boolean is true. nullptr: nothing.
std::string field_text(const Property& property, const boost::json::value* value);
/// Puts what was typed into the object; nothing typed takes it away. What field_text says already is not touched, so
/// that what the text cannot tell (fractions of seconds, hashes of references) stays. Errors: invalid_input with
/// `where` = pointer.
Status put_field(boost::json::object& object, const Property& property, std::string_view text);

/// Which verbs the standard has for relationships from this type, each once, and those from every type.
std::vector<std::string_view> verbs_from(Type source);

}  // namespace tocsin::formats::stix
