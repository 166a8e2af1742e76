#pragma once
#include "formats/stix/grammar.hpp"

/// How the tables of the grammar write a property: str("name", kRequired), list(...).
namespace tocsin::formats::stix {

constexpr std::uint8_t kReq = kRequired | kRequired20;

constexpr Property make(std::string_view name, Kind kind, int flags = 0, int detail = 0, Types refs = 0) {
  Property made;
  made.name = name;
  made.kind = kind;
  made.flags = static_cast<std::uint8_t>(flags);
  made.detail = static_cast<std::uint8_t>(detail);
  made.refs = refs;
  return made;
}
constexpr Property str(std::string_view name, int flags = 0) { return make(name, Kind::string, flags); }
constexpr Property flag(std::string_view name, int flags = 0) { return make(name, Kind::boolean, flags); }
constexpr Property when(std::string_view name, int flags = 0) { return make(name, Kind::timestamp, flags); }
constexpr Property hex(std::string_view name, int flags = 0) { return make(name, Kind::hex, flags); }
constexpr Property ref(std::string_view name, Types to, int flags = 0) {
  return make(name, Kind::identifier, flags, 0, to);
}
/// Between observables; in a container of 2.0 a key of it.
constexpr Property sco_ref(std::string_view name, Types to, int flags = 0) {
  return make(name, Kind::reference_or_key, flags, 0, to);
}
constexpr Property open(std::string_view name, Words words, int flags = 0) {
  return make(name, Kind::open_vocabulary, flags, static_cast<int>(words));
}
constexpr Property one_of(std::string_view name, Words words, int flags = 0) {
  return make(name, Kind::enumeration, flags, static_cast<int>(words));
}
constexpr Property part(std::string_view name, Part of_part, int flags = 0) {
  return make(name, Kind::structure, flags, static_cast<int>(of_part));
}
constexpr Property list(Property each) {
  each.flags |= kList;
  return each;
}
constexpr Property whole(std::string_view name, double min, double max, int flags = 0) {
  auto made = make(name, Kind::integer, flags);
  made.min = min;
  made.max = max;
  return made;
}
constexpr double kExactMax = 9007199254740991.0;
constexpr Property count_of_things(std::string_view name, int flags = 0) { return whole(name, 0, kExactMax, flags); }
/// Any whole number that JSON carries exactly (section 2.10): the standard gives it no bounds.
constexpr Property any_whole(std::string_view name, int flags = 0) { return whole(name, -kExactMax, kExactMax, flags); }
constexpr Property dictionary_of(std::string_view name, Values values) {
  return make(name, Kind::dictionary, 0, static_cast<int>(values));
}
constexpr Property real(std::string_view name, double min, double max, int flags = 0) {
  auto made = make(name, Kind::number, flags);
  made.min = min;
  made.max = max;
  return made;
}

std::span<const PartGrammar> domain_grammars() noexcept;      ///< SDOs, SROs and meta objects, in the order of Type.
std::span<const PartGrammar> observable_grammars() noexcept;  ///< SCOs, custom, then the parts.

}  // namespace tocsin::formats::stix
