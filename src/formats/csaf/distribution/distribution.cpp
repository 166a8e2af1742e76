#include "formats/csaf/distribution/distribution.hpp"

#include <chrono>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/csaf/distribution/rules.hpp"
#include "formats/csaf/grammar.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/structure_patterns.hpp"

namespace tocsin::formats::csaf {
namespace {

using distribution::Context;

struct Known {
  explicit Known(const Grammar& of) : grammar(of), patterns(of) {}
  const Grammar& grammar;
  const Patterns patterns;
};

const Known& grammar_for(DocumentKind kind, CsafVersion version) {
  static const Known kProvider20{kGrammar_provider_2_0}, kProvider21{kGrammar_provider_2_1},
      kAggregator20{kGrammar_aggregator_2_0}, kAggregator21{kGrammar_aggregator_2_1}, kFeed{kGrammar_rolie_feed},
      kService{kGrammar_rolie_service}, kCategory{kGrammar_rolie_category};
  const bool is_2_0 = version == CsafVersion::v2_0;
  switch (kind) {
    case DocumentKind::csaf_provider_metadata:
      return is_2_0 ? kProvider20 : kProvider21;
    case DocumentKind::csaf_aggregator:
      return is_2_0 ? kAggregator20 : kAggregator21;
    case DocumentKind::rolie_feed:
      return kFeed;
    case DocumentKind::rolie_service:
      return kService;
    default:
      return kCategory;
  }
}

std::optional<CsafVersion> version_named(std::string_view text) noexcept {
  if (text == "2.0") return CsafVersion::v2_0;
  if (text == "2.1") return CsafVersion::v2_1;
  return std::nullopt;
}

/// Of the entries, where they agree.
std::optional<CsafVersion> version_of_feed(Node feed) noexcept {
  std::optional<CsafVersion> common;
  for (const auto entry : feed["entry"].elements()) {
    const auto version = version_named(entry["format"].text_at("version"));
    if (!version || (common && common != version)) return std::nullopt;
    common = version;
  }
  return common;
}

void check_prose(const Context& context, DocumentKind kind) {
  switch (kind) {
    case DocumentKind::csaf_provider_metadata:
      return check_provider(context);
    case DocumentKind::csaf_aggregator:
      return check_aggregator(context);
    case DocumentKind::rolie_feed:
      return check_feed(context);
    case DocumentKind::rolie_service:
      return check_service(context);
    default:
      return;
  }
}

}  // namespace

bool is_distribution(DocumentKind kind) noexcept {
  switch (kind) {
    case DocumentKind::csaf_provider_metadata:
    case DocumentKind::csaf_aggregator:
    case DocumentKind::rolie_feed:
    case DocumentKind::rolie_service:
    case DocumentKind::rolie_category:
      return true;
    default:
      return false;
  }
}

DistributionCheck check_distribution(Node root, DocumentKind kind, std::optional<Timestamp> now) {
  DistributionCheck check;
  if (kind == DocumentKind::csaf_provider_metadata || kind == DocumentKind::csaf_aggregator) {
    const std::string_view member = kind == DocumentKind::csaf_aggregator ? "aggregator_version" : "metadata_version";
    check.version = version_named(root.text_at(member));
    if (!check.version) {
      // Nothing else means anything then: the versions have different members.
      check.findings = {{.test = "schema",
                         .group = Finding::Group::schema,
                         .path = fmt::format("/{}", member),
                         .message = "expected \"2.0\" or \"2.1\"",
                         .mend = {}}};
      return check;
    }
  } else if (kind == DocumentKind::rolie_feed) {
    check.version = version_of_feed(root["feed"]);
  }
  const auto& known = grammar_for(kind, check.version.value_or(CsafVersion::v2_0));
  check.findings = find_in_structure(root, known.grammar, known.patterns);
  Sink sink{root, check.findings, kFindingsMax};
  check_prose({root, check.version.value_or(CsafVersion::v2_0), now, sink}, kind);
  return check;
}

namespace distribution {

Url::Url(std::string_view text) {
  text = text.substr(0, text.find_first_of("?#"));
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return;
  scheme = text::lower_ascii(text.substr(0, colon));
  const auto path = std::min(text.find('/', colon + 3), text.size());
  auto authority = text.substr(colon + 3, path - colon - 3);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const auto port = authority.starts_with('[') ? authority.find(':', authority.find(']')) : authority.find(':');
  host = text::lower_ascii(authority.substr(0, port));
  const auto slash = text.rfind('/');
  const bool has_path = slash >= path && slash != std::string_view::npos;
  const auto end = has_path ? slash + 1 : text.size();
  folder = fmt::format("{}://{}{}", scheme, text::lower_ascii(authority), text.substr(path, end - std::min(path, end)));
  if (has_path) {
    name = text.substr(end);
  } else {
    folder += '/';
  }
}

void needs_https(const Context& context, Node url, std::string_view test, Finding::Group group, std::string_view what) {
  if (!url.is_string() || !text::equals_ignore_case_ascii(Url{url.text()}.scheme, "http")) return;
  context.sink.begin(test, group);
  context.sink.add(url, fmt::format("{} is at an address without TLS", what),
                   "Serve it by HTTPS and give that address.");
}

bool is_open(std::string_view tlp_label) noexcept {
  return tlp_label == "WHITE" || tlp_label == "CLEAR" || tlp_label == "GREEN" || tlp_label == "UNLABELED";
}

void check_maintained(const Context& context) {
  using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
  constexpr std::int64_t kWarning = std::chrono::microseconds{Days{90}}.count();
  const auto from = context.root["maintained_from"], until = context.root["maintained_until"];
  const auto begin = parse_rfc3339(from.text()), end = parse_rfc3339(until.text());
  if (begin && end && *end <= *begin) {
    context.quality("TOC-012");
    context.sink.add(until, "the file is maintained until a moment before it begins to be",
                     "Put the end behind maintained_from.");
  }
  if (!context.now) return;
  if (end && *context.now > *end) {
    context.must("7.1.7");
    context.sink.add(until, fmt::format("this file was maintained until {} only", format_minute(*end)),
                     "Take the file of the newer version, or put a later moment here.");
  } else if (end && end->micros - context.now->micros < kWarning) {
    context.should("7.1.7");
    context.sink.add(until,
                     fmt::format("this file is maintained until {} only, in less than 90 days", format_minute(*end)),
                     "Move to the file of the newer version in time.");
  }
  if (begin && *context.now < *begin) {
    context.should("7.1.7");
    context.sink.add(from, fmt::format("this file is not maintained before {}", format_minute(*begin)),
                     "Use the file of the version before until then.");
  }
}

void not_later_than(const Context& context, Node part, Node whole, std::string_view what) {
  const auto inner = parse_rfc3339(part.text()), outer = parse_rfc3339(whole.text());
  if (!inner || !outer || *inner <= *outer) return;
  context.quality("TOC-011");
  context.sink.add(part, fmt::format("{} changed after the document that holds it", what),
                   "Give the document the moment of its latest change.");
}

}  // namespace distribution
}  // namespace tocsin::formats::csaf
