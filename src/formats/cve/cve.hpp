#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Names of vulnerabilities after the CVE programme's syntax: "CVE-", a year of four digits, a hyphen, and a number of
/// four to nineteen digits. Pure functions: any thread may call them.
namespace tocsin::formats::cve {

/// Of one text; what names more is a catalogue.
inline constexpr std::size_t kIdsMax = 1'000;

/// "CVE-2021-22893" of "cve-2021-22893"; empty for what is none.
std::string canonical(std::string_view id);
/// Those that a text names, with whatever hyphens (cve_id.hpp), in upper case, each once, in the order in which they
/// come. Whatever joins the id to a word
/// ("XCVE-2021-22893", "CVE-2021-22893b") makes it none.
std::vector<std::string> ids_in(std::string_view text);

}  // namespace tocsin::formats::cve
