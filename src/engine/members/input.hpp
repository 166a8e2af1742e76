#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "engine/members/members.hpp"
#include "store/organisations.hpp"

/// Checks of what people type, with limits; nothing here reads the database. Of the engine only. Errors: invalid_input
/// with `where` = the field's name.
namespace tocsin::engine::members {

inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kDescriptionBytesMax = 4'000;
inline constexpr std::size_t kNoteBytesMax = 2'000;  ///< With the rest it fits an audit entry's detail.
inline constexpr std::size_t kReasonBytesMax = 1'000;
inline constexpr std::size_t kUrlBytesMax = 2'000;
inline constexpr std::size_t kVendorKeysMax = 50;

/// One line: white space squeezed, no control characters.
Result<std::string> one_line(std::string_view text, std::string_view field, std::size_t bytes_min,
                             std::size_t bytes_max);
/// May have lines; other control characters are refused. Trimmed.
Result<std::string> many_lines(std::string_view text, std::string_view field, std::size_t bytes_max);
/// Kind, name, sectors, countries, homepage, description and vendor keys; the rest stays as it is in `into`.
Status read_organisation_input(const OrganisationInput& input, domain::Organisation& into);
/// Name, address, language and time zone; the rest stays as it is in `into`.
Status read_person_input(const PersonInput& input, domain::Person& into);
Result<domain::OrganisationContact> read_contact(const domain::OrganisationContact& contact);
/// Lower case where it is a UUID (RFC 9562), else empty.
std::string well_formed_uuid(std::string_view text);

/// "12.folded name": where a list goes on.
std::string write_cursor(const store::NameCursor& cursor);
Result<store::NameCursor> read_cursor(std::string_view text);
/// Errors: invalid_input where it is not within 1..200.
Status check_limit(int limit);

}  // namespace tocsin::engine::members
