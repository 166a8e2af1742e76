#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/language/language.hpp"
#include "formats/purl/purl.hpp"

/// Identifiers that other standards define: languages, 6.1.12, and package URLs, 6.1.13.
namespace tocsin::formats::csaf {
namespace {

void language(const Model& model, Sink& sink) {
  for (const auto tag : {model.lang, model.source_lang}) {
    if (!tag.is_string()) continue;
    // Nearly all documents have the tag of the one before.
    thread_local std::string right;
    if (tag.text() == right) continue;
    if (const auto checked = language::check_tag(tag.text()); checked) {
      right = tag.text();
    } else {
      sink.add(tag, tr<"'{}' is no language: {}">(text::shorten(tag.text(), 60), checked.error().message),
               tr<"Write a language tag of BCP 47, such as en or de-CH.">());
    }
  }
}

void check_purl(Node purl, Sink& sink) {
  if (!purl.is_string()) return;
  if (const auto parsed = purl::parse(purl.text()); !parsed) {
    sink.add(purl, tr<"'{}' is no package URL: {}">(text::shorten(purl.text(), 80), parsed.error().message),
             tr<"Write pkg:TYPE/NAMESPACE/NAME@VERSION, percent-encoded where needed.">());
  }
}

void package_urls(const Model& model, Sink& sink) {
  for (const auto& definition : model.definitions) {
    const auto helper = definition.node["product_identification_helper"];
    if (!helper) continue;
    if (model.is_2_0()) {
      check_purl(helper["purl"], sink);
    } else {
      for (const auto each : helper["purls"].elements()) check_purl(each, sink);
    }
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.12", .run = language},
    {.id = "6.1.13", .run = package_urls},
};

}  // namespace

std::span<const Test> identifier_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
