#include "formats/vers/vendor_version.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace tocsin::formats::vers {
namespace {

using Part = VersionPart;

VendorOrder order_of_numbers(const std::string& a, const std::string& b) noexcept {
  if (a.size() != b.size()) return a.size() < b.size() ? VendorOrder::less : VendorOrder::greater;
  const auto order = a.compare(b);
  return order < 0 ? VendorOrder::less : order > 0 ? VendorOrder::greater : VendorOrder::equal;
}

VendorOrder order_of_letters(const std::string& a, const std::string& b, bool first) noexcept {
  // Revisions count A, B, ..., Z and, where nothing but the revision stands there, AA, AB on. Longer letters are names
  // of trains and lines, which have no order.
  if (a.size() == b.size() && (a.size() == 1 || (first && a.size() == 2))) {
    return a < b ? VendorOrder::less : VendorOrder::greater;
  }
  if (first && a.size() <= 2 && b.size() <= 2) return a.size() < b.size() ? VendorOrder::less : VendorOrder::greater;
  return VendorOrder::unknown;
}

constexpr VendorOrder reversed(VendorOrder order) noexcept {
  return order == VendorOrder::less ? VendorOrder::greater : order == VendorOrder::greater ? VendorOrder::less : order;
}

bool is_zero(const Part& part) noexcept { return part.kind == Part::Kind::number && part.text == "0"; }

VendorOrder order_of_parts(const Part& a, const Part& b, bool first) noexcept {
  if (a.kind != b.kind) return VendorOrder::unknown;
  switch (a.kind) {
    case Part::Kind::number:
    case Part::Kind::date:
      return order_of_numbers(a.text, b.text);
    case Part::Kind::letters:
      return a.text == b.text ? VendorOrder::equal : order_of_letters(a.text, b.text, first);
    case Part::Kind::suffix:
      if (a.text == b.text) return VendorOrder::equal;
      if (a.rank == kRankPre && b.rank == kRankPre) return a.text < b.text ? VendorOrder::less : VendorOrder::greater;
      if (a.rank == kRankPre) return VendorOrder::less;
      if (b.rank == kRankPre) return VendorOrder::greater;
      // A missing level is a zero: "Update 3" is of no service pack and so before "SP1".
      if (a.rank == b.rank) return VendorOrder::unknown;
      return a.rank < b.rank ? VendorOrder::greater : VendorOrder::less;
    case Part::Kind::any:
      return VendorOrder::equal;
  }
  return VendorOrder::unknown;
}

/// How a version that ends compares with one that goes on at `at`.
VendorOrder order_of_end(const std::vector<Part>& longer, std::size_t at) noexcept {
  while (at < longer.size() && (is_zero(longer[at]) || longer[at].kind == Part::Kind::any)) ++at;
  if (at == longer.size()) return VendorOrder::equal;
  const bool pre = longer[at].kind == Part::Kind::suffix && longer[at].rank == kRankPre;
  return pre ? VendorOrder::greater : VendorOrder::less;
}

/// Exactly two numbers before anything else.
bool two_numbers(const std::vector<Part>& parts) noexcept {
  return parts.size() >= 2 && parts[0].kind == Part::Kind::number && parts[1].kind == Part::Kind::number &&
         (parts.size() == 2 || parts[2].kind != Part::Kind::number);
}

/// "9" and "90" behind the first point.
bool same_decimals(const Part& a, const Part& b) noexcept {
  const auto& shorter = a.text.size() < b.text.size() ? a : b;
  const auto& longer = a.text.size() < b.text.size() ? b : a;
  return shorter.text != "0" && shorter.width == shorter.text.size() && longer.width == longer.text.size() &&
         longer.text.starts_with(shorter.text) &&
         longer.text.find_first_not_of('0', shorter.text.size()) == std::string::npos;
}

VendorRelation walk(const VendorVersion& a, const VendorVersion& b, bool decimals, bool& doubtful) {
  VendorRelation relation;
  const auto& left = a.parts;
  const auto& right = b.parts;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < left.size() && j < right.size()) {
    if (left[i].kind == Part::Kind::any || right[j].kind == Part::Kind::any) {
      ++i;
      ++j;
      continue;
    }
    // "17.0 Update 5" is "17 Update 5".
    if (is_zero(left[i]) && right[j].kind == Part::Kind::suffix) {
      ++i;
      continue;
    }
    if (is_zero(right[j]) && left[i].kind == Part::Kind::suffix) {
      ++j;
      continue;
    }
    const auto order = order_of_parts(left[i], right[j], i == 0 && j == 0);
    if (order != VendorOrder::equal) {
      const bool decimal =
          i == 1 && j == 1 && two_numbers(left) && two_numbers(right) && same_decimals(left[1], right[1]);
      if (decimal) doubtful = true;
      if (!decimal || !decimals) {
        relation.order = order;
        return relation;
      }
    }
    ++i;
    ++j;
  }
  if (i < left.size()) {
    relation.order = reversed(order_of_end(left, i));
    relation.a_extends = relation.order != VendorOrder::equal;
  } else {
    relation.order = order_of_end(right, j);
    relation.b_extends = relation.order != VendorOrder::equal;
  }
  return relation;
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The ASCII of the sign that starts at `at`, and its bytes; {} for signs that stay.
struct Replacement {
  std::string_view sign, ascii;
};
constexpr std::array kReplacements = std::to_array<Replacement>({
    {"\u2264", "<="}, {"\u2265", ">="},  {"\u2a7d", "<="},  {"\u2a7e", ">="}, {"\uff1c", "<"},
    {"\uff1e", ">"},  {"\u2013", " - "}, {"\u2014", " - "}, {"\u2212", "-"},  {"\u2010", "-"},
    {"\u2011", "-"},  {"\u00ad", ""},    {"\u200b", ""},    {"\ufeff", ""},   {"\u201c", "\""},
    {"\u201d", "\""}, {"\u2019", "'"},   {"\u202f", " "},   {"\u2009", " "},
});

std::string replace_signs(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    if (rest[0] == '_') {
      const bool joins = at > 0 && at + 1 < text.size() && is_digit(text[at + 1]) && is_digit(text[at - 1]);
      out += joins ? '-' : ' ';
      ++at;
      continue;
    }
    if (rest[0] == '&' && (rest.starts_with("&lt;") || rest.starts_with("&gt;"))) {
      out += rest[1] == 'l' ? '<' : '>';
      at += 4;
      continue;
    }
    const auto found =
        static_cast<unsigned char>(rest[0]) < 0x80
            ? kReplacements.end()
            : std::ranges::find_if(
                  kReplacements, [&](const Replacement& replacement) { return rest.starts_with(replacement.sign); });
    if (found == kReplacements.end()) {
      out += rest[0];
      ++at;
    } else {
      out += found->ascii;
      at += found->sign.size();
    }
  }
  return out;
}

}  // namespace

std::string normalise_vendor_text(std::string_view text) {
  std::string current{text};
  // Each round that changes something but blanks makes the text shorter or plainer, so a handful settles all but what
  // was made to be hard; that stays as it is.
  constexpr int kRoundsMax = 16;
  for (int round = 0; round < kRoundsMax; ++round) {
    auto next = text::squeeze(replace_signs(text::repair_mojibake(current)));
    if (next == current) break;
    current = std::move(next);
  }
  return current;
}

VendorRelation relate(const VendorVersion& a, const VendorVersion& b) {
  if (!a.component.empty() && !b.component.empty() && a.component != b.component) return {};
  bool doubtful = false;
  auto relation = walk(a, b, false, doubtful);
  relation.decimal = doubtful ? walk(a, b, true, doubtful).order : relation.order;
  return relation;
}

VendorOrder compare(const VendorVersion& a, const VendorVersion& b) { return relate(a, b).order; }

std::string canonical_text(const VendorVersion& version) {
  std::string out = version.component;
  const auto upper = [](std::string letters) {
    std::ranges::transform(letters, letters.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return letters;
  };
  const Part* before = nullptr;
  for (const auto& part : version.parts) {
    const bool behind_suffix = before != nullptr && before->kind == Part::Kind::suffix;
    switch (part.kind) {
      case Part::Kind::number:
        if (before != nullptr && !behind_suffix) out += '.';
        out += part.text;
        break;
      case Part::Kind::letters: {
        const bool attached = before != nullptr && before->kind == Part::Kind::number && part.text.size() == 1;
        if (before != nullptr && !attached && !behind_suffix) out += '.';
        out += before == nullptr || attached || (behind_suffix && part.text.size() == 1) ? upper(part.text) : part.text;
        break;
      }
      case Part::Kind::suffix:
        if (before != nullptr) out += ' ';
        // "SP1", but "Update 1".
        if (part.rank == kRankPre || part.text.size() <= 2) {
          out += part.rank == kRankPre ? part.text : upper(part.text);
        } else {
          out.append(upper(part.text.substr(0, 1))).append(part.text, 1);
        }
        if (part.text.size() > 2) out += ' ';
        break;
      case Part::Kind::date:
        out.append(part.text, 0, 4).append("-").append(part.text, 4, 2).append("-").append(part.text, 6, 2);
        break;
      case Part::Kind::any:
        out += ".x";
        break;
    }
    before = &part;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  // What cannot be written plainly stays as it was.
  VendorVersion again;
  const bool same = scan_vendor_version(out, 0, LettersFirst::alone, again) == out.size() &&
                    again.component == version.component && again.wildcard == VendorVersion::Wildcard::none &&
                    again.parts == version.parts;
  return same ? out : version.text;
}

}  // namespace tocsin::formats::vers
