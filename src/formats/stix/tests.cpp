#include "formats/stix/tests.hpp"

#include "formats/stix/validate.hpp"

namespace tocsin::formats::stix {
namespace {

using G = Finding::Group;
// In the order of Test.
constexpr TestInfo kTests[] = {
    {"STIX-json", G::schema, "The bytes are JSON within the limits."},
    {"STIX-3-object", G::schema, "Each object is a JSON object that says its type."},
    {"STIX-json-repeated", G::schema, "No property is given twice."},
    {"STIX-2-type", G::schema, "A property's value has the type that the standard gives it."},
    {"STIX-3-required", G::schema, "What the type requires is there."},
    {"STIX-3-one-of", G::schema, "Of properties of which one is needed, one is there."},
    {"STIX-2.12-empty", G::schema, "No list is empty."},
    {"STIX-2.3-empty", G::schema, "No dictionary is empty."},
    {"STIX-3-unknown", G::schema, "The parts of objects have no other properties than the standard's."},
    {"STIX-8-bundle", G::schema, "A bundle has type, id and objects; of 2.0 also spec_version."},
    {"STIX-3.1-type-name", G::mandatory, "Names of types are 3 to 250 characters a-z, 0-9 and single hyphens."},
    {"STIX-3-property-name", G::mandatory, "Names of properties are 3 to 250 characters a-z, 0-9 and underscore."},
    {"STIX-2.9-form", G::mandatory, "Identifiers are type--UUID."},
    {"STIX-2.9-type", G::mandatory, "An object's identifier begins with its type."},
    {"STIX-2.9-uuid-version", G::recommended, "UUIDs are of version 4; of observables of version 5."},
    {"STIX-2.9-deterministic", G::recommended, "The UUIDv5 of an observable follows from its contributing properties."},
    {"STIX-2.9-reused", G::mandatory, "No UUID is used for objects of two types."},
    {"STIX-2.16-timestamp", G::mandatory, "Timestamps are RFC 3339 in UTC with Z."},
    {"STIX-3.2-precision", G::mandatory, "created and modified have at least milliseconds."},
    {"STIX-3-order", G::mandatory, "Of two times that belong together the later is not before the earlier."},
    {"STIX-3-reference-type", G::mandatory, "A reference points to a type that is allowed there."},
    {"STIX-2.13-container", G::mandatory, "Within observed-data's objects, references name keys of it."},
    {"STIX-10-enumeration", G::mandatory, "Values of enumerations are among those of the standard."},
    {"STIX-10-vocabulary", G::recommended, "Values of open vocabularies are among those of the standard."},
    {"STIX-3-range", G::mandatory, "Numbers are within what the standard allows."},
    {"STIX-2.8-hex", G::mandatory, "hex values are pairs of hexadecimal digits."},
    {"STIX-2.1-binary", G::mandatory, "binary values are base64."},
    {"STIX-2.5-url", G::mandatory, "URLs have a scheme and no blanks."},
    {"STIX-10.7-hash-algorithm", G::recommended, "Hash algorithms are those of the vocabulary."},
    {"STIX-2.7-hash", G::mandatory, "A hash has the length and alphabet of its algorithm."},
    {"STIX-2.3-key", G::mandatory,
     "Keys of dictionaries are up to 250 characters a-z, A-Z, 0-9, hyphen and underscore."},
    {"STIX-3.2-lang", G::mandatory, "Languages are tags of RFC 5646."},
    {"STIX-7.2-circular", G::mandatory, "No marking definition marks itself, directly or by others."},
    {"STIX-7.2.3-granular", G::mandatory, "A granular marking has either marking_ref or lang."},
    {"STIX-7.2.3-selector", G::mandatory, "Selectors name what is in the object."},
    {"STIX-7.2.1-tlp", G::mandatory, "TLP markings are the standard's own objects."},
    {"STIX-7.3-extension", G::mandatory,
     "Extensions are predefined for the type, or have an extension definition's id and a type."},
    {"STIX-7.3-undefined", G::informative, "The definition of an extension comes with the content."},
    {"STIX-11.1-custom-property", G::recommended,
     "Properties that are not the standard's begin with x_, or come by an extension."},
    {"STIX-11.2-custom-object", G::recommended,
     "Types that are not the standard's begin with x-, or come by an extension."},
    {"STIX-deprecated", G::recommended, "What the standard calls deprecated is not used."},
    {"STIX-5.1-types", G::recommended, "A relationship of the standard joins the types that the standard gives it."},
    {"STIX-5.1-name", G::informative, "Names of relationships are those of the standard."},
    {"STIX-3.6-versions", G::mandatory,
     "Versions of an object have the same created and creator; equal times mean equal content."},
    {"STIX-3.6-revoked", G::mandatory, "No version comes behind the one that revoked an object."},
    {"STIX-9-pattern", G::mandatory, "A pattern of STIX follows its grammar."},
    {"STIX-4.7-pattern-type", G::recommended, "Kinds of patterns are those of the vocabulary."},
    {"STIX-together", G::mandatory, "Properties that need or exclude another are used so."},
    {"STIX-6-value", G::mandatory, "Addresses and such are what they say they are."},
    {"STIX-3.2-spec-version", G::mandatory, "spec_version is \"2.0\" or \"2.1\"."},
    {"STIX-3.8-reserved", G::mandatory, "Names that the standard reserves are not used."},
    {"STIX-3.2-not-applicable", G::mandatory, "defanged is used on observables only."},
    {"STIX-11.3-custom-extension", G::recommended, "Extensions come with the id of a definition."},
    {"STIX-2.8-lower-case", G::recommended, "The digits of hex values are in lower case."},
    {"STIX-2.9-not-contributing", G::mandatory,
     "An observable that has nothing from which an identifier follows has a UUID of version 4."},
    {"STIX-2.9-lower-case", G::recommended, "UUIDs are written in lower case."},
};
static_assert(std::size(kTests) == static_cast<std::size_t>(Test::count));

}  // namespace

std::span<const TestInfo> tests() noexcept { return kTests; }

}  // namespace tocsin::formats::stix
