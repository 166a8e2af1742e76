#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/profile_findings.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// What is advised about profiles of CSAF 2.1 and their texts in other languages than English: 6.2.38, 6.2.39.2 to
/// 6.2.39.5, 6.2.40.
namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kWithdrawn = "csaf_withdrawn";
constexpr std::string_view kSuperseded = "csaf_superseded";

void deprecated_profile(const Model& model, Sink& sink) {
  if (!model.category.starts_with("csaf_deprecated_")) return;
  sink.add(model.document["category"], tr<"the profile {} is deprecated">(text::shorten(model.category, 80)),
           tr<"Use the profile that has taken its place.">());
}

/// Exactly one document note has the title; its category is description.
void check_reasoning(const Model& model, Sink& sink, std::string_view profile, std::string_view english,
                     std::string_view Translation::* of) {
  if (model.category != profile) return;
  const auto* titles = titles_of(model, sink, english, true);
  if (titles == nullptr) return;
  const auto title = titles->*of;
  int found = 0;
  for (const auto note : model.document["notes"].elements()) {
    if (note.text_at("title") != title) continue;
    if (++found > 1)
      sink.add(note, tr<"another note has the title '{}'">(title), tr<"Give the reasoning in one note.">());
    if (note.text_at("category") == "description") continue;
    add_at_member(sink, note, "category",
                  tr<"the note '{}' has the category '{}'">(title, text::shorten(note.text_at("category"), 40)),
                  tr<"Make its category description.">());
  }
  if (found > 0) return;
  add_at_member(sink, model.document, "notes", tr<"no note has the title '{}'">(title),
                tr<"Add a note of category description with the title '{}' that gives the reason.">(title));
}

void reasoning_for_withdrawal(const Model& model, Sink& sink) {
  check_reasoning(model, sink, kWithdrawn, "Reasoning for Withdrawal", &Translation::reasoning_for_withdrawal);
}

void reasoning_for_supersession(const Model& model, Sink& sink) {
  check_reasoning(model, sink, kSuperseded, "Reasoning for Supersession", &Translation::reasoning_for_supersession);
}

void superseding_document(const Model& model, Sink& sink) {
  if (model.category != kSuperseded) return;
  const auto* titles = titles_of(model, sink, "Superseding Document", true);
  if (titles == nullptr) return;
  const auto beginning = titles->superseding_document;
  Node of_other_category;
  for (const auto reference : model.document["references"].elements()) {
    if (!reference.text_at("summary").starts_with(beginning)) continue;
    const auto category = reference["category"];
    if (!category || category.text() == "external") return;
    of_other_category = category;
  }
  if (of_other_category) {
    sink.add(of_other_category, tr<"the reference '{}' is not external">(beginning),
             tr<"Make its category external.">());
    return;
  }
  add_at_member(sink, model.document, "references", tr<"no reference has a summary that begins with '{}'">(beginning),
                tr<"Refer to the document that supersedes this one.">());
}

void extension_in_withdrawn_or_superseded(const Model& model, Sink& sink) {
  if (model.category != kWithdrawn && model.category != kSuperseded) return;
  for (const auto holder : {model.document, model.root()}) {
    if (const auto extensions = holder["x_extensions"]) {
      sink.add(extensions, tr<"a document of profile {} has extensions">(model.category), tr<"Remove them.">());
    }
  }
}

void product_description_without_product(const Model& model, Sink& sink) {
  const auto notes = model.document["notes"];
  if (notes.empty()) return;
  const auto* titles = titles_of(model, sink, "Product Description", false);
  if (titles == nullptr) return;
  for (const auto note : notes.elements()) {
    const bool describes =
        note.text_at("category") == "description" && note.text_at("title").starts_with(titles->product_description);
    if (!describes || note["product_ids"] || note["group_ids"]) continue;
    sink.add(note, tr<"the product description does not say for which products it stands">(),
             tr<"Name the products in product_ids, or groups of them in group_ids.">());
  }
}

constexpr Test kTests[] = {
    {.id = "6.2.38", .in_2_0 = false, .run = deprecated_profile},
    {.id = "6.2.39.2", .in_2_0 = false, .run = reasoning_for_withdrawal},
    {.id = "6.2.39.3", .in_2_0 = false, .run = reasoning_for_supersession},
    {.id = "6.2.39.4", .in_2_0 = false, .run = superseding_document},
    {.id = "6.2.39.5", .in_2_0 = false, .run = extension_in_withdrawn_or_superseded},
    {.id = "6.2.40", .in_2_0 = false, .run = product_description_without_product},
};

}  // namespace

std::span<const Test> advice_profile_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
