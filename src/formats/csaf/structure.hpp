#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "formats/csaf/header.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/finding.hpp"

/// The grammar of CSAF documents: what the JSON schemas of CSAF 2.0 and 2.1 (with the CVSS, EPSS and SSVC schemas they
/// refer to) demand - members (each once), types, enumerations, patterns, formats, lengths, unique items.
namespace tocsin::formats::csaf {

struct Grammar;
class Patterns;

/// More findings than this are cut: a document that wrong is not read on.
inline constexpr std::size_t kFindingsMax = 1000;

/// All findings have group `schema` and test "schema". Empty means the structure is right. Total, no I/O; time linear
/// in the document but for arrays of unique items (hashed). The version is taken from /document/csaf_version; where
/// that is neither "2.0" nor "2.1" there is exactly one finding.
std::vector<Finding> check_structure(Node root);
std::vector<Finding> check_structure(Node root, CsafVersion version);

/// The same by another grammar, whose patterns are `patterns`. Internal to formats/csaf.
std::vector<Finding> find_in_structure(Node root, const Grammar& grammar, const Patterns& patterns);

/// Findings about a value that stands at `place` in a document: names of members from the root, "[]" for elements.
/// Their paths begin at the value. Empty where the schemas describe nothing there.
std::vector<Finding> check_part(Node value, CsafVersion version, std::span<const std::string_view> place);

/// Pointers of members that the version's schemas do not describe, in document order, but not what is below such a
/// member: "additional properties" in the standard's words.
std::vector<std::string> unknown_members(Node root, CsafVersion version);

}  // namespace tocsin::formats::csaf
