#include "formats/language/language.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/language/table.hpp"

namespace tocsin::formats::language {
namespace {

constexpr std::size_t kTagBytesMax = 1000;

bool is_alpha(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool all_alpha(std::string_view text) noexcept { return std::ranges::all_of(text, is_alpha); }
bool all_digits(std::string_view text) noexcept { return std::ranges::all_of(text, is_digit); }

bool in(std::span<const std::string_view> table, std::string_view subtag) noexcept {
  return std::ranges::binary_search(table, subtag);
}
bool is_private(std::string_view subtag) noexcept {
  return std::ranges::any_of(private_ranges(), [&](const Range& each) {
    return subtag.size() == each.first.size() && each.first <= subtag && subtag <= each.last;
  });
}

/// Reads the subtags from left to right; each step takes what fits there.
class Reader {
 public:
  explicit Reader(std::vector<std::string_view> subtags) : subtags_(std::move(subtags)) {}

  Status read() {
    if (now() == "x") return private_use();
    TRY_VOID(language());
    TRY_VOID(script());
    TRY_VOID(region());
    TRY_VOID(variants());
    TRY_VOID(extensions());
    if (now() == "x") return private_use();
    if (at_ < subtags_.size()) return Error::invalid(fmt::format("'{}' has no meaning where it stands", now()));
    return ok();
  }

 private:
  std::string_view now() const noexcept { return at_ < subtags_.size() ? subtags_[at_] : std::string_view{}; }
  static Error unknown(std::string_view what, std::string_view subtag) {
    return Error::invalid(fmt::format("there is no {} '{}'", what, subtag));
  }

  Status language() {
    const auto primary = now();
    if (primary.size() < 2 || !all_alpha(primary)) return unknown("language", primary);
    // Ranges of two letters are regions.
    if (!in(language_table(), primary) && (primary.size() < 3 || !is_private(primary)))
      return unknown("language", primary);
    ++at_;
    // Of the up to three extended languages that the grammar knows, the registry has only ever used one.
    if (primary.size() <= 3 && now().size() == 3 && all_alpha(now())) {
      const auto found = std::ranges::lower_bound(extlang_table(), now(), {}, &Extlang::subtag);
      if (found == extlang_table().end() || found->subtag != now()) return unknown("extended language", now());
      if (found->prefix != primary) {
        return Error::invalid(fmt::format("the extended language '{}' follows '{}' only", now(), found->prefix));
      }
      ++at_;
    }
    return ok();
  }

  Status script() {
    if (now().size() != 4 || !all_alpha(now())) return ok();
    if (!in(script_table(), now()) && !is_private(now())) return unknown("script", now());
    ++at_;
    return ok();
  }

  Status region() {
    const bool letters = now().size() == 2 && all_alpha(now());
    const bool digits = now().size() == 3 && all_digits(now());
    if (!letters && !digits) return ok();
    if (!in(region_table(), now()) && !is_private(now())) return unknown("region", now());
    ++at_;
    return ok();
  }

  Status variants() {
    std::set<std::string_view> seen;
    while (now().size() >= 5 || (now().size() == 4 && is_digit(now()[0]))) {
      if (!in(variant_table(), now())) return unknown("variant", now());
      if (!seen.insert(now()).second) return Error::invalid(fmt::format("the variant '{}' stands twice", now()));
      ++at_;
    }
    return ok();
  }

  Status extensions() {
    std::set<std::string_view> seen;
    while (now().size() == 1 && now() != "x") {
      const auto singleton = now();
      if (!seen.insert(singleton).second)
        return Error::invalid(fmt::format("the extension '{}' stands twice", singleton));
      ++at_;
      if (now().size() < 2) return Error::invalid(fmt::format("the extension '{}' is empty", singleton));
      while (now().size() >= 2) ++at_;
    }
    return ok();
  }

  Status private_use() {
    ++at_;
    if (at_ == subtags_.size()) return Error::invalid("private use '-x' is empty");
    return ok();
  }

  std::vector<std::string_view> subtags_;
  std::size_t at_ = 0;
};

}  // namespace

Status check_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > kTagBytesMax) return Error::invalid("this is no language tag");
  const auto lower = text::lower_ascii(tag);
  if (in(grandfathered_table(), lower)) return ok();
  const auto subtags = text::split(lower, '-');
  for (const auto subtag : subtags) {
    const bool formed = !subtag.empty() && subtag.size() <= 8 &&
                        std::ranges::all_of(subtag, [](char c) { return is_alpha(c) || is_digit(c); });
    if (!formed) return Error::invalid("a language tag is made of letters and digits, up to eight between dashes");
  }
  return Reader{subtags}.read();
}

}  // namespace tocsin::formats::language
