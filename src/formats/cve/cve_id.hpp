#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// CVE ids as word processors, pages and PDFs write them: with hyphens that do not break (U+2011), figure and en dashes
/// (U+2012, U+2013), soft hyphens (U+00AD). Pure functions: any thread may call them.
namespace tocsin::formats::cve {

struct WrittenCve {
  std::string id;         ///< "CVE-2024-1234", whatever joined its parts.
  std::size_t bytes = 0;  ///< Of the text, from its begin.
};
/// The id that a text begins with, in whatever case; what follows it the caller has to judge. Reads a bounded number of
/// bytes, however many digits there are.
std::optional<WrittenCve> cve_at_begin(std::string_view text);
/// The id that a text is, and nothing beside it; empty for what is none.
std::string cve_of(std::string_view text);

}  // namespace tocsin::formats::cve
