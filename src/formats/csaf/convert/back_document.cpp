#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/back_steps.hpp"

/// The parts of the conversion to 2.0 that concern the document as a whole, and notes everywhere.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Names in one sentence, and bytes of each: small files are not to become large ones.
constexpr std::size_t kNamesInWords = 20;
constexpr std::size_t kNameBytesMax = 80;

void gather_names(const value& json, std::map<std::string, std::string, std::less<>>& names) {
  if (const auto* list = json.if_array(); list != nullptr) {
    for (const auto& each : *list) gather_names(each, names);
  } else if (const auto* members = json.if_object(); members != nullptr) {
    if (auto id = text_of(members->if_contains("product_id")); !id.empty()) {
      names.emplace(std::move(id), text::shorten(text_of(members->if_contains("name")), kNameBytesMax));
    }
    for (const auto& member : *members) gather_names(member.value(), names);
  }
}

/// "TLP v2.0: TLP:AMBER+STRICT" in front of the text, as section 9.1.18 reads it.
void put_in_front(object& distribution, const std::string& words) {
  const auto text = text_of(distribution.if_contains("text"));
  distribution["text"] = text.empty() ? words : words + "\n" + text;
}

void write_distribution(object& document, Notes& notes) {
  auto* distribution = document.if_contains("distribution");
  if (distribution == nullptr || !distribution->is_object()) return;
  auto& members = distribution->get_object();
  if (auto* group = members.if_contains("sharing_group"); group != nullptr) {
    const auto id = text_of(find(*group, "id"));
    const auto name = text_of(find(*group, "name"));
    put_in_front(members,
                 name.empty() ? fmt::format("Sharing group: {}", id) : fmt::format("Sharing group: {} ({})", name, id));
    members.stable_erase("sharing_group");
    notes.lose("/document/distribution/sharing_group", tr<"the sharing group; the distribution text names it">());
  }
  auto* tlp = find_object(*distribution, "tlp");
  if (tlp == nullptr) return;
  const auto label = text_of(tlp->if_contains("label"));
  if (label == "CLEAR") (*tlp)["label"] = "WHITE";
  if (label != "AMBER+STRICT") return;
  // Stricter rather than looser: who does not read the text keeps the document to the recipients.
  (*tlp)["label"] = "RED";
  put_in_front(members, "TLP v2.0: TLP:AMBER+STRICT");
  notes.warn("/document/distribution/tlp/label",
             std::string{tr<"TLP:AMBER+STRICT became TLP:RED, and the distribution text names it">()});
}

void write_license(value& root, object& document, Notes& notes) {
  const auto* found = document.if_contains("license_expression");
  if (found == nullptr) return;
  const auto expression = text_of(found);
  document.stable_erase("license_expression");
  // Is it what the way back finds?
  const auto is_found_again = [&] {
    std::vector<ConversionNote> ignored;
    Notes scratch{ignored};
    find_license_expression(root, scratch);
    const auto again = text_of(document.if_contains("license_expression"));
    document.stable_erase("license_expression");
    return again == expression;
  };
  if (is_found_again()) return;
  add_note(document, "legal_disclaimer", "SPDX license expression", "SPDX-License-Identifier: " + expression);
  constexpr std::string_view kPath = "/document/license_expression";
  if (is_found_again()) {
    notes.warn(std::string{kPath},
               std::string{tr<"the licence expression became a note of category legal_disclaimer">()});
  } else {
    notes.lose(std::string{kPath},
               tr<"the licence expression as such; it became a note of category legal_disclaimer">());
  }
}

void write_category(object& document, Notes& notes) {
  struct Name {
    std::string_view in_2_1, in_2_0;
  };
  // 2.0 reserves what begins with "csaf_" and has no such profiles.
  constexpr Name kNames[] = {{"csaf_withdrawn", "Withdrawn"},
                             {"csaf_superseded", "Superseded"},
                             {"csaf_deprecated_security_advisory", "csaf_security_advisory"}};
  const auto category = text_of(document.if_contains("category"));
  const auto* name = std::ranges::find(kNames, category, &Name::in_2_1);
  if (name != std::end(kNames)) {
    document["category"] = name->in_2_0;
    if (name->in_2_0 != "csaf_security_advisory") {
      notes.warn("/document/category", tr<"the category became '{}': 2.0 has no such profile">(name->in_2_0));
    }
  }
}

}  // namespace

Wording::Wording(value& root) : groups_(groups_of(root)) {
  if (const auto* tree = find(root, "product_tree"); tree != nullptr) gather_names(*tree, names_);
}

std::string Wording::names_of(const std::vector<std::string>& products) const {
  std::vector<std::string> names;
  for (const auto& id : products) {
    if (names.size() == kNamesInWords) break;
    const auto found = names_.find(id);
    names.push_back(found == names_.end() ? text::shorten(id, kNameBytesMax) : found->second);
  }
  auto text = fmt::format("{}", fmt::join(names, ", "));
  if (products.size() > names.size()) {
    text += " and " + text::count_of(static_cast<long long>(products.size() - names.size()), "other", "others");
  }
  return text;
}

std::string Wording::applies_to(value& item) const {
  const auto products = products_of(item, groups_);
  return products.empty() ? std::string{} : fmt::format("Applies to: {}.", names_of(products));
}

void add_note(object& parent, std::string_view category, std::string_view title, const std::string& text) {
  object note;
  note["category"] = category;
  note["text"] = text;
  note["title"] = title;
  if (!parent.contains("notes")) parent["notes"].emplace_array();
  parent["notes"].get_array().push_back(std::move(note));
}

void unbind_notes(value& parent, const std::string& path, const Wording& wording, Notes& notes) {
  auto* list = find_array(parent, "notes");
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto& note = (*list)[i];
    auto* members = note.if_object();
    if (members == nullptr || (!members->contains("product_ids") && !members->contains("group_ids"))) continue;
    if (const auto words = wording.applies_to(note); !words.empty()) {
      (*members)["text"] = text_of(members->if_contains("text")) + "\n\n" + words;
    }
    members->stable_erase("product_ids");
    members->stable_erase("group_ids");
    notes.lose(fmt::format("{}/notes/{}", path, i), tr<"which products the note is about; its text names them">());
  }
}

void write_document_2_0(value& root, const Wording& wording, Notes& notes) {
  auto* document = find(root, "document");
  if (document == nullptr || !document->is_object()) return;
  auto& members = document->get_object();
  members["csaf_version"] = "2.0";
  write_category(members, notes);
  write_distribution(members, notes);
  unbind_notes(*document, "/document", wording, notes);
  write_license(root, members, notes);
  auto* publisher = find_object(*document, "publisher");
  if (publisher == nullptr || text_of(publisher->if_contains("category")) != "multiplier") return;
  (*publisher)["category"] = "other";
  notes.lose("/document/publisher/category", tr<"that the publisher is a multiplier; the category became 'other'">());
}

}  // namespace tocsin::formats::csaf::convert
