#include "formats/order_number.hpp"

#include <algorithm>

#include <re2/re2.h>

namespace tocsin::formats {
namespace {

bool is_alnum(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

const re2::RE2& schemes() {
  // One alternative per maker's scheme, the longest first where one begins like another.
  static const re2::RE2 kPattern{
      // Siemens MLFB: 6ES7515-2AM02-0AB0, 6ES7 515-2AM02-0AB0, 6GT2811-6AB20; one writer has a blank after the dash.
      R"(([1-9][A-Z][A-Z0-9][0-9] ?[0-9A-Z]{3}- ?[0-9][A-Z0-9]{4}(?:-[0-9][A-Z]{2}[0-9A-Z])?)"
      // Siemens building products: S55661-J101.
      R"(|S5[0-9]{4}-[A-Z][0-9]{3})"
      // Rockwell catalogue numbers: bulletin and type, 1756-EN2T, 1769-L18ER-BB1B, 2080-LC50-24QWB.
      R"(|(?:17(?:34|38|46|47|5[67]|6[0-9]|71|83|84|85|88|89|94|98)|2080|2085|2097|2198|271[135]|50(?:15|32|69|94)|93(?:0[0-9]|2[0-9]))-[A-Z][A-Z0-9]{2,}(?:-[A-Z0-9]{2,6})?)"
      // Schneider: BMXP342020, BMENOC0301, TSXP574634, TM221CE16R, 140CPU65150, METSEPM5560, AP9631, NBRK0250.
      R"(|BM[EX][A-Z]{1,3}[0-9]{4,6}[A-Z]?|TSX[A-Z]{1,3}[0-9]{4,7}[A-Z]?|TM[1-5][0-9]{2}[A-Z]{1,4}[0-9]{1,2}[A-Z]{0,2})"
      R"(|140(?:CPU|NOC|NOE|NOP|CRA|CRP|DDI|DDO|ACI|ACO)[0-9]{5}|METSE[A-Z]{2,3}[0-9]{3,4}[A-Z]?|AP9[0-9]{3}|NB[A-Z]{2}[0-9]{4})"
      // WAGO: 750-8202, 750-8202/025-001, 852-1305.
      R"(|(?:75[0-37]|762|768|787|852|857)-[0-9]{3,4}(?:/[0-9]{3}-[0-9]{3})?)"
      // ABB: 1SAP500900R0001, 3BSE042236R1.
      R"(|[13][A-Z]{3}[0-9]{6}R[0-9]{1,4})"
      // Omron: NX701-1600, NJ501-1300, CJ2M-CPU31.
      R"(|N[JX][0-9][0-9A-Z]{2}-[0-9]{4}|C[JPS][12][A-Z]-(?:CPU|EM|EL|ER|ET|X|XA|Y|L|M|N|E)[0-9]{2}[A-Z]?))"};
  return kPattern;
}

const re2::RE2& named() {
  static const re2::RE2 kPattern{
      R"((?i:\b(?:article|art\.?|order|ordering|part|item|catalog|catalogue|cat\.?)\s*(?:numbers?|no\.?|nr\.?|n°|code|#)\s*[:=]?\s*))"
      R"(([A-Za-z0-9][A-Za-z0-9./-]{3,31}[A-Za-z0-9]))"};
  return kPattern;
}

bool stands_alone(std::string_view name, std::size_t begin, std::size_t end) noexcept {
  if (begin > 0 && (is_alnum(name[begin - 1]) || name[begin - 1] == '-' || name[begin - 1] == '_')) return false;
  if (end >= name.size()) return true;
  if (is_alnum(name[end]) || name[end] == '*' || name[end] == '_') return false;
  // "1756-EN2-*": the dash goes on to something.
  return name[end] != '-' || end + 1 == name.size() || (!is_alnum(name[end + 1]) && name[end + 1] != '*');
}

void add(std::vector<std::string>& numbers, std::string_view number) {
  if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.emplace_back(number);
}

template <class Accept>
void scan(const re2::RE2& pattern, std::string_view name, std::vector<std::string>& numbers, Accept&& accept) {
  const re2::StringPiece text{name.data(), name.size()};
  for (std::size_t at = 0; at < name.size();) {
    re2::StringPiece found[2];
    if (!pattern.Match(text, at, name.size(), re2::RE2::UNANCHORED, found, 2)) return;
    const auto begin = static_cast<std::size_t>(found[1].data() - name.data());
    const auto end = begin + found[1].size();
    if (stands_alone(name, begin, end) && accept(name.substr(begin, end - begin))) {
      add(numbers, name.substr(begin, end - begin));
      at = end;
    } else {
      at = begin + 1;
    }
  }
}

}  // namespace

std::vector<std::string> order_numbers_in(std::string_view name) {
  name = name.substr(0, kOrderNumberTextBytesMax);
  std::vector<std::string> numbers;
  // Every order number has digits; most names that have none are done here.
  if (std::none_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) return numbers;
  scan(schemes(), name, numbers, [](std::string_view) { return true; });
  scan(named(), name, numbers, [](std::string_view number) {
    const auto digits = std::count_if(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    // "3071/xx" stands for a family.
    return digits >= 1 && number.size() >= 5 && number.find("xx") == std::string_view::npos;
  });
  return numbers;
}

}  // namespace tocsin::formats
