#include "formats/threat_text/known_patterns.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace tocsin::formats::threat_text {
namespace {

/// Bytes that one expression, or several that are joined, may take: its program, and what it keeps while it matches.
constexpr std::int64_t kExpressionMemory = std::int64_t{4} << 20;
/// An expression alone may not take all of it, so that some can be joined.
constexpr int kProgramMax = 5'000;
constexpr std::size_t kJoinedMax = 100;
/// Nobody's: what fits all of these fits everything, and says nothing.
constexpr std::array<std::string_view, 4> kOfNobody{"203.0.113.77", "qzjx-wk.example", "2001:db8:7::c3",
                                                    "5b0f93c7d1e84a26b9f0e7d2c4a18365"};

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

re2::RE2::Options options() {
  re2::RE2::Options made;
  made.set_log_errors(false);
  made.set_case_sensitive(false);
  made.set_never_capture(true);
  made.set_max_mem(kExpressionMemory);
  return made;
}

bool matches(const re2::RE2& expression, std::string_view value) {
  return re2::RE2::PartialMatch(piece(value), expression);
}

/// "/^a/im" as "(?m:^a)", "^a" as "(?:^a)": what can be joined. Empty: it has a letter behind it that we do not know.
std::string as_group(std::string_view text) {
  constexpr std::string_view kBorders = "/#~";
  const auto end = kBorders.find(text.front()) == kBorders.npos ? 0 : text.rfind(text.front());
  if (end == 0) return fmt::format("(?:{})", text);
  std::string flags;
  for (const char letter : text.substr(end + 1)) {
    // Case counts nowhere, a text is UTF-8, `$` is its end, and the first place is as good as all of them.
    if (letter == 'm' || letter == 's') {
      flags += letter;
    } else if (std::string_view{"iuDg"}.find(letter) == std::string_view::npos) {
      return {};
    }
  }
  return fmt::format("(?{}:{})", flags, text.substr(1, end - 1));
}

}  // namespace

KnownPatterns::KnownPatterns() = default;
KnownPatterns::~KnownPatterns() = default;

std::string_view KnownPatterns::add_substring(std::string_view text, Kinds of) {
  auto value = text::lower_ascii(text::trim(text));
  if (value.size() < kSubstringBytesMin) return "is so short that it stands in nearly everything";
  if (value.size() > kSubstringBytesMax) return "is too long";
  if (substrings_ == kSubstringsMax) return "comes behind more texts than are kept";
  ++substrings_;
  auto& all = of_kinds_[of].substrings;
  const auto behind = all.upper_bound(value);
  if (behind != all.begin() && value.starts_with(*std::prev(behind))) return {};
  auto end = behind;
  while (end != all.end() && end->starts_with(value)) ++end;
  all.erase(behind, end);
  all.insert(std::move(value));
  return {};
}

std::string KnownPatterns::add_regex(std::string_view text, Kinds of) {
  const auto trimmed = text::trim(text);
  if (trimmed.empty()) return "is empty";
  if (trimmed.size() > kRegexBytesMax) return fmt::format("has more than {} bytes", kRegexBytesMax);
  if (regexes_ == kRegexesMax) return fmt::format("comes behind {} others, more are not kept", kRegexesMax);
  // It may stay open, and would swallow what it is joined with.
  if (trimmed.find("\\Q") != trimmed.npos) return "quotes with \\Q, which is not read";
  auto source = as_group(trimmed);
  if (source.empty()) return "has a modifier behind it that is not known";
  const re2::RE2 alone{piece(source), options()};
  if (!alone.ok()) return fmt::format("cannot be read ({}: {})", alone.error(), alone.error_arg());
  if (alone.ProgramSize() > kProgramMax) return "is too large";
  if (matches(alone, "") || std::ranges::all_of(kOfNobody, [&](auto each) { return matches(alone, each); })) {
    return "fits everything";
  }
  ++regexes_;
  of_kinds_[of].fresh.push_back(std::move(source));
  return {};
}

void KnownPatterns::join(std::span<const std::string> sources, std::vector<std::unique_ptr<re2::RE2>>& into) {
  std::string joined;
  for (const auto& each : sources) joined.append(joined.empty() ? "" : "|").append(each);
  auto made = std::make_unique<re2::RE2>(piece(joined), options());
  if (made->ok()) {
    into.push_back(std::move(made));
    return;
  }
  // Each alone was read; together they take more than there is.
  TOCSIN_CHECK(sources.size() > 1);
  const auto half = sources.size() / 2;
  join(sources.first(half), into);
  join(sources.subspan(half), into);
}

void KnownPatterns::compile() {
  for (auto& [kinds, each] : of_kinds_) {
    const std::span<const std::string> fresh{each.fresh};
    for (std::size_t at = 0; at < fresh.size(); at += kJoinedMax) {
      join(fresh.subspan(at, std::min(kJoinedMax, fresh.size() - at)), each.expressions);
    }
    each.fresh.clear();
  }
}

bool KnownPatterns::has(Kind kind, std::string_view value) const {
  if (value.size() > kMatchedBytesMax) return false;
  for (const auto& [kinds, each] : of_kinds_) {
    if ((kinds & bit_of(kind)) == 0) continue;
    if (!each.substrings.empty()) {
      const auto lower = text::lower_ascii(value);
      for (std::string_view rest = lower; rest.size() >= kSubstringBytesMin; rest.remove_prefix(1)) {
        const auto behind = each.substrings.upper_bound(rest);
        if (behind != each.substrings.begin() && rest.starts_with(*std::prev(behind))) return true;
      }
    }
    if (std::ranges::any_of(each.expressions, [&](const auto& one) { return matches(*one, value); })) return true;
  }
  return false;
}

}  // namespace tocsin::formats::threat_text
