#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/spdx/expression.hpp"
#include "formats/spdx/licences.hpp"

/// The document's licence in CSAF 2.1 (section 3.2.2.8): 6.1.54, 6.1.55, 6.2.43 to 6.2.46, 6.3.17.
namespace tocsin::formats::csaf {
namespace {

using spdx::Identifier;
using spdx::Listing;

Node expression_of(const Model& model) noexcept { return model.document["license_expression"]; }

Listing listing_of(const Identifier& id) noexcept {
  return id.is_addition ? spdx::find_exception(id.text) : spdx::find_licence(id.text);
}

/// Each identifier of a readable expression once.
std::vector<Identifier> identifiers_of(const Model& model) {
  const auto expression = expression_of(model);
  if (!expression.is_string()) return {};
  auto parsed = spdx::parse_expression(expression.text());
  if (!parsed) return {};
  auto ids = std::move(*parsed);
  const auto key = [](const Identifier& id) { return std::pair{id.is_addition, id.text}; };
  std::ranges::sort(ids, {}, [](const Identifier& id) { return std::tuple{id.is_addition, id.text, id.text.data()}; });
  const auto repeated = std::ranges::unique(ids, {}, key);
  ids.erase(repeated.begin(), repeated.end());
  // As the reader meets them.
  std::ranges::sort(ids, {}, [](const Identifier& id) { return id.text.data(); });
  return ids;
}

std::string_view noun(const Identifier& id) noexcept {
  return id.is_addition ? tr<"exception">() : tr<"licence identifier">();
}

void license_expression(const Model& model, Sink& sink) {
  const auto expression = expression_of(model);
  if (!expression.is_string()) return;
  const auto parsed = spdx::parse_expression(expression.text());
  constexpr Message mend = message<
      "Write an SPDX licence expression such as CC-BY-4.0 or LicenseRef-www.example.org-terms-1.0; a licence's text "
      "belongs in a note.">;
  if (!parsed) {
    auto where = parsed.error().where.empty() ? std::string{} : fmt::format(" (column {})", parsed.error().where);
    sink.add(expression,
             tr<"'{}' is no SPDX licence expression: {}{}">(text::shorten(expression.text(), 120),
                                                            parsed.error().message, where),
             mend);
    return;
  }
  for (const auto& id : *parsed) {
    if (id.document.empty()) continue;
    sink.add(expression, tr<"'{}:{}' refers to another document, which CSAF does not allow">(id.document, id.text),
             tr<"Remove '{}:'.">(id.document));
  }
}

bool is_english(std::string_view language) noexcept {
  return text::equals_ignore_case_ascii(language.substr(0, language.find('-')), "en");
}

struct Translation {
  std::string_view language;
  std::string_view licence;
};
/// The official list of language specific translations (CSAF 2.1, translations.json), as far as it has "license".
constexpr Translation kTranslations[] = {{"de", "Lizenz"}};

/// A licence of somebody's own. A plain identifier that does not exist is a mistake (6.2.45), not a licence that needs
/// its text told: the official example of 6.2.45 is a valid document.
bool has_unlisted_identifier(const Model& model) {
  return std::ranges::any_of(identifiers_of(model), [](const Identifier& id) {
    return id.is_reference && listing_of(id) == Listing::unlisted;
  });
}

/// Exactly one note of this title, and that a legal_disclaimer.
void check_licence_note(const Model& model, Sink& sink, std::string_view title) {
  const auto notes = model.document["notes"];
  Node first;
  for (const auto note : notes.elements()) {
    if (note.text_at("title") != title) continue;
    if (first) {
      sink.add(note, tr<"more than one note has the title '{}'">(title),
               tr<"Put the licence's text into one note, and title the others differently.">());
      continue;
    }
    first = note;
    if (note.text_at("category") == "legal_disclaimer") continue;
    const auto wrong = tr<"the note '{}' has the category '{}'">(title, note.text_at("category"));
    constexpr Message mend = message<"Set its category to legal_disclaimer.">;
    if (const auto category = note["category"]) {
      sink.add(category, wrong, mend);
    } else {
      sink.add(note, "/category", wrong, mend);
    }
  }
  if (first) return;
  const auto wrong = tr<"the licence is in no public list, and no note '{}' holds its text">(title);
  const auto mend = tr<"Add one note of category legal_disclaimer, title '{}', with the licence's text.">(title);
  if (notes) {
    sink.add(notes, wrong, mend);
  } else {
    sink.add(model.document, "/notes", wrong, mend);
  }
}

void license_text(const Model& model, Sink& sink) {
  const auto language = model.document.text_at("lang");
  if ((!language.empty() && !is_english(language)) || !has_unlisted_identifier(model)) return;
  check_licence_note(model, sink, "License");
}

void missing_license_expression(const Model& model, Sink& sink) {
  if (!model.document.is_object()) return;
  const auto expression = expression_of(model);
  constexpr Message mend =
      message<"Set license_expression to the SPDX expression of the document's licence, as CC-BY-4.0.">;
  if (!expression) {
    sink.add(model.document, "/license_expression", tr<"license_expression is not present">(), mend);
  } else if (!expression.is_string() || text::trim(expression.text()).empty()) {
    sink.add(expression, tr<"license_expression is present, but has no value">(), mend);
  }
}

void deprecated_license_identifier(const Model& model, Sink& sink) {
  for (const auto& id : identifiers_of(model)) {
    if (listing_of(id) != Listing::deprecated) continue;
    sink.add(expression_of(model), tr<"the {} '{}' is deprecated">(noun(id), id.text),
             tr<"Use what replaces '{}' in the list that it is from.">(id.text));
  }
}

void non_existing_license_identifier(const Model& model, Sink& sink) {
  for (const auto& id : identifiers_of(model)) {
    // Other inventories than these two are not known here.
    const bool is_checked = !id.is_reference || id.text.find("Ref-scancode-") != std::string_view::npos;
    if (!is_checked || listing_of(id) != Listing::unlisted) continue;
    sink.add(expression_of(model),
             tr<"the {} '{}' does not exist in {}">(noun(id), id.text,
                                                    id.is_reference ? "ScanCode LicenseDB" : "the SPDX License List"),
             tr<"Correct it, or name a licence of your own {}Ref-<domain>-<name>.">(id.is_addition ? "Addition"
                                                                                                   : "License"));
  }
}

void language_specific_license_text(const Model& model, Sink& sink) {
  const auto lang = model.document["lang"];
  const auto language = lang.text();
  if (language.empty() || is_english(language) || !has_unlisted_identifier(model)) return;
  const auto primary = language.substr(0, language.find('-'));
  const auto* known = std::ranges::find_if(
      kTranslations, [&](const Translation& each) { return text::equals_ignore_case_ascii(each.language, primary); });
  if (known == std::end(kTranslations)) {
    sink.add_as(Finding::Group::informative, lang,
                tr<"no translation of 'License' into '{}' is recorded, so its note was not looked for">(language),
                tr<"Look yourself that one note of category legal_disclaimer holds the licence's text.">());
    return;
  }
  check_licence_note(model, sink, known->licence);
}

void use_of_unregistered_license(const Model& model, Sink& sink) {
  for (const auto& id : identifiers_of(model)) {
    if (listing_of(id) != Listing::unlisted) continue;
    sink.add(expression_of(model),
             tr<"the {} '{}' is neither in the SPDX License List nor in ScanCode LicenseDB">(noun(id), id.text),
             tr<"Prefer a listed licence; readers know what it allows.">());
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.54", .in_2_0 = false, .run = license_expression},
    {.id = "6.1.55", .in_2_0 = false, .run = license_text},
    {.id = "6.2.43", .in_2_0 = false, .run = missing_license_expression},
    {.id = "6.2.44", .in_2_0 = false, .run = deprecated_license_identifier},
    {.id = "6.2.45", .in_2_0 = false, .run = non_existing_license_identifier},
    {.id = "6.2.46", .in_2_0 = false, .run = language_specific_license_text},
    {.id = "6.3.17", .in_2_0 = false, .run = use_of_unregistered_license},
};

}  // namespace

std::span<const Test> licence_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
