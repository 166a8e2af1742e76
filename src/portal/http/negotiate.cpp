#include "portal/http/negotiate.hpp"

#include "base/text.hpp"
#include "base/weighted.hpp"

namespace tocsin::portal::http {
namespace {

constexpr int kUnnamed = -1;

/// The most specific range that covers type/subtype decides its weight.
int media_weight(std::string_view accept, std::string_view type, std::string_view full) noexcept {
  int exact = kUnnamed;
  int by_type = kUnnamed;
  int any = kUnnamed;
  weighted::each(accept, [&](std::string_view range, int q) {
    if (text::equals_ignore_case_ascii(range, full)) {
      exact = std::max(exact, q);
    } else if (range.size() == type.size() + 2 && range.ends_with("/*") &&
               text::equals_ignore_case_ascii(range.substr(0, type.size()), type)) {
      by_type = std::max(by_type, q);
    } else if (range == "*/*") {
      any = std::max(any, q);
    }
  });
  if (exact != kUnnamed) return exact;
  if (by_type != kUnnamed) return by_type;
  return std::max(any, 0);
}

std::string_view opaque(std::string_view etag) noexcept { return etag.starts_with("W/") ? etag.substr(2) : etag; }

}  // namespace

std::string_view to_string(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::identity:
      return "identity";
    case Encoding::gzip:
      return "gzip";
    case Encoding::br:
      return "br";
  }
  return "identity";
}

Encoding choose_encoding(std::string_view accept_encoding) noexcept {
  int gzip = kUnnamed;
  int br = kUnnamed;
  int identity = kUnnamed;
  int any = kUnnamed;
  weighted::each(accept_encoding, [&](std::string_view coding, int q) {
    if (text::equals_ignore_case_ascii(coding, "gzip") || text::equals_ignore_case_ascii(coding, "x-gzip")) {
      gzip = q;
    } else if (text::equals_ignore_case_ascii(coding, "br")) {
      br = q;
    } else if (text::equals_ignore_case_ascii(coding, "identity")) {
      identity = q;
    } else if (coding == "*") {
      any = q;
    }
  });
  if (gzip == kUnnamed) gzip = any;
  if (br == kUnnamed) br = any;
  // Unnamed, identity is acceptable but never preferred to a coding that was asked for.
  if (br > 0 && br >= gzip && br >= identity) return Encoding::br;
  if (gzip > 0 && gzip >= identity) return Encoding::gzip;
  return Encoding::identity;
}

Representation choose_representation(std::string_view accept) noexcept {
  if (accept.empty()) return Representation::html;
  const int json = media_weight(accept, "application", "application/json");
  int html = media_weight(accept, "text", "text/html");
  // application/* covers XHTML as well as JSON; only where XHTML is named does it speak for a page.
  constexpr std::string_view kXhtml = "application/xhtml+xml";
  if (text::contains_ignore_case_ascii(accept, kXhtml)) {
    html = std::max(html, media_weight(accept, "application", kXhtml));
  }
  return json > html ? Representation::json : Representation::html;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) noexcept {
  if (etag.empty()) return false;
  const auto wanted = opaque(etag);
  auto rest = text::trim(if_none_match);
  if (rest == "*") return true;
  while (!rest.empty()) {
    // An entity tag may hold commas, so it ends at its closing quote.
    auto candidate = opaque(rest);
    const auto skipped = rest.size() - candidate.size();
    if (candidate.empty() || candidate.front() != '"') return false;
    const auto close = candidate.find('"', 1);
    if (close == std::string_view::npos) return false;
    if (candidate.substr(0, close + 1) == wanted) return true;
    rest = text::trim(rest.substr(skipped + close + 1));
    if (rest.empty()) return false;
    if (rest.front() != ',') return false;
    rest = text::trim(rest.substr(1));
  }
  return false;
}

}  // namespace tocsin::portal::http
