#include <algorithm>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// What is advised about the document and its history: 6.2.4 to 6.2.7, 6.2.10 to 6.2.15, 6.2.17, 6.2.20 to 6.2.22.
namespace tocsin::formats::csaf {
namespace {

void build_metadata_in_revision_history(const Model& model, Sink& sink) {
  for (const auto& revision : model.revisions) {
    const auto number = revision.node["number"];
    if (number.text().find('+') == std::string_view::npos) continue;
    sink.add(number, tr<"the number '{}' has build metadata">(text::shorten(number.text(), 60)),
             tr<"Leave out the plus sign and what follows.">());
  }
}

void older_initial_release_date(const Model& model, Sink& sink) {
  const RevisionView* oldest = nullptr;
  for (const auto& each : model.revisions) {
    if (each.date && (oldest == nullptr || *each.date < *oldest->date)) oldest = &each;
  }
  if (oldest == nullptr || !model.initial_release_date || *model.initial_release_date >= *oldest->date) return;
  sink.add(model.tracking["initial_release_date"],
           tr<"the initial release date is older than the oldest revision, of {}">(oldest->node.text_at("date")),
           tr<"Give the initial release the date of the first revision.">());
}

void older_current_release_date(const Model& model, Sink& sink) {
  const RevisionView* newest = nullptr;
  for (const auto& each : model.revisions) {
    if (each.date && (newest == nullptr || *each.date > *newest->date)) newest = &each;
  }
  if (newest == nullptr || !model.current_release_date || *model.current_release_date >= *newest->date) return;
  sink.add(model.tracking["current_release_date"],
           tr<"the current release date is older than the newest revision, of {}">(newest->node.text_at("date")),
           tr<"Give the current release the date of the latest revision.">());
}

void missing_date_in_involvements(const Model& model, Sink& sink) {
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto each : vulnerability.node["involvements"].elements()) {
      if (!each.is_object() || each["date"]) continue;
      sink.add(each, tr<"the involvement has no date">(), tr<"Say in date when it was so.">());
    }
  }
}

void missing_tlp_label(const Model& model, Sink& sink) {
  constexpr Message kMend = message<"Say with whom the document may be shared: RED, AMBER, GREEN or WHITE.">;
  auto here = model.document;
  for (const auto* step : {"distribution", "tlp", "label"}) {
    const auto next = here[step];
    if (!next) return sink.add(here, std::string{"/"} + step, tr<"the document has no TLP label">(), kMend);
    here = next;
  }
  if (here.text().empty()) sink.add(here, tr<"the document has no TLP label">(), kMend);
}

void missing_canonical_url(const Model& model, Sink& sink) {
  const auto filename = file_name(model.tracking.text_at("id"));
  const auto references = model.document["references"];
  for (const auto each : references.elements()) {
    const auto url = each.text_at("url");
    if (each.text_at("category") == "self" && url.starts_with("https://") && url.ends_with(filename)) return;
  }
  const auto wrong =
      tr<"no reference is the canonical URL: category self, https, ending with {}">(text::shorten(filename, 80));
  constexpr Message kMend =
      message<"Add a reference of category self with the URL at which the document is published.">;
  if (references) {
    sink.add(references, wrong, kMend);
  } else {
    sink.add(model.document, "/references", wrong, kMend);
  }
}

void missing_document_language(const Model& model, Sink& sink) {
  const auto lang = model.document["lang"];
  if (!lang) {
    sink.add(model.document, "/lang", tr<"the document does not say its language">(),
             tr<"Write it in lang, such as en or de-CH.">());
  } else if (lang.text().empty()) {
    sink.add(lang, tr<"lang is there but has no value">(), tr<"Write the document's language, such as en or de-CH.">());
  }
}

/// Of two names of members; most differ in their first character.
bool stands_before(std::string_view name, std::string_view other) noexcept {
  if (!name.empty() && !other.empty() && name.front() != other.front()) {
    return static_cast<unsigned char>(name.front()) < static_cast<unsigned char>(other.front());
  }
  return name < other;
}

bool is_container(Node json) noexcept { return json.is_object() || json.is_array(); }

/// One finding for each object that is not sorted, at the first key that stands too late.
void check_sorted(Node json, Sink& sink) {
  if (sink.full()) return;
  if (json.is_array()) {
    for (const auto element : json.elements()) {
      if (is_container(element)) check_sorted(element, sink);
    }
    return;
  }
  std::string_view before;
  bool told = false;
  for (const auto member : json.members()) {
    if (!told && stands_before(member.name, before)) {
      told = true;
      sink.add(member.value,
               tr<"the key '{}' stands behind '{}': keys are not sorted">(text::shorten(member.name, 60),
                                                                          text::shorten(before, 60)),
               tr<"Sort the keys alphabetically.">());
    }
    before = member.name;
    if (is_container(member.value)) check_sorted(member.value, sink);
  }
}

void sorting(const Model& model, Sink& sink) { check_sorted(model.root(), sink); }

/// The subtag of a language tag (BCP 47) that is reserved for private use, or nothing (RFC 5646 section 2.2).
std::string_view private_subtag(std::string_view tag) {
  const auto in = [](std::string_view subtag, std::string_view first, std::string_view last) {
    const auto lower = text::lower_ascii(subtag);
    return lower >= first && lower <= last;
  };
  bool behind_singleton = false;
  for (std::size_t begin = 0, index = 0; begin <= tag.size(); ++index) {
    const auto dash = std::min(tag.find('-', begin), tag.size());
    const auto subtag = tag.substr(begin, dash - begin);
    begin = dash + 1;
    if (subtag == "x" || subtag == "X") return tag.substr(static_cast<std::size_t>(subtag.data() - tag.data()));
    if (subtag.size() == 1) behind_singleton = true;
    if (behind_singleton) continue;
    if (index == 0) {
      if (subtag.size() == 3 && in(subtag, "qaa", "qtz")) return subtag;
    } else if (subtag.size() == 4) {
      if (in(subtag, "qaaa", "qabx")) return subtag;
    } else if (subtag.size() == 2) {
      if (in(subtag, "aa", "aa") || in(subtag, "qm", "qz") || in(subtag, "xa", "xz") || in(subtag, "zz", "zz"))
        return subtag;
    }
  }
  return {};
}

void private_language(const Model& model, Sink& sink) {
  for (const auto* key : {"lang", "source_lang"}) {
    const auto tag = model.document[key];
    const auto subtag = private_subtag(tag.text());
    if (subtag.empty()) continue;
    sink.add(tag,
             tr<"'{}' in '{}' is reserved for private use">(text::shorten(subtag, 40), text::shorten(tag.text(), 60)),
             tr<"Write a language that others know, such as en or de-CH.">());
  }
}

void default_language(const Model& model, Sink& sink) {
  for (const auto* key : {"lang", "source_lang"}) {
    const auto tag = model.document[key];
    if (!text::equals_ignore_case_ascii(tag.text(), "i-default")) continue;
    sink.add(tag, tr<"i-default is no language that a reader could choose">(),
             tr<"Write the language itself, such as en.">());
  }
}

bool is_cve(std::string_view text) {
  constexpr std::string_view kPrefix = "CVE-";
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  const auto digits = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  return text.size() >= 9 && text[4] == '-' && digits(text.substr(0, 4)) && digits(text.substr(5));
}

void cve_in_field_ids(const Model& model, Sink& sink) {
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto each : vulnerability.node["ids"].elements()) {
      const auto id = each.text_at("text");
      if (!is_cve(id)) continue;
      sink.add(each, tr<"{} stands among ids">(text::shorten(id, 60)), tr<"Write it in cve instead.">());
    }
  }
}

void additional_properties(const Model& model, Sink& sink) {
  if (model.has_only_known_members) return;
  for (const auto& pointer : unknown_members(model.root(), model.version())) {
    if (sink.full()) return;
    sink.add(model.root(), pointer, tr<"the schema does not define this member">(), tr<"Remove it.">());
  }
}

void same_timestamps_in_revision_history(const Model& model, Sink& sink) {
  HashSet<std::int64_t> seen;
  for (const auto& each : model.revisions) {
    if (!each.date || seen.insert(each.date->micros).second) continue;
    const auto date = each.node["date"];
    sink.add(date, tr<"another revision is of the same moment, {}">(date.text()),
             tr<"Give each revision the time at which it was made.">());
  }
}

void tracking_id_in_title(const Model& model, Sink& sink) {
  const auto id = model.tracking.text_at("id");
  const auto title = model.document["title"];
  if (id.empty() || title.text().find(id) == std::string_view::npos) return;
  sink.add(title, tr<"the title contains the tracking id '{}'">(text::shorten(id, 80)),
           tr<"Leave the id out of the title: every reader shows it beside.">());
}

constexpr Test kTests[] = {
    {.id = "6.2.4", .run = build_metadata_in_revision_history},
    {.id = "6.2.5", .run = older_initial_release_date},
    {.id = "6.2.6", .run = older_current_release_date},
    {.id = "6.2.7", .run = missing_date_in_involvements},
    {.id = "6.2.10", .in_2_1 = false, .run = missing_tlp_label},
    {.id = "6.2.11", .run = missing_canonical_url},
    {.id = "6.2.12", .run = missing_document_language},
    {.id = "6.2.13", .run = sorting},
    {.id = "6.2.14", .run = private_language},
    {.id = "6.2.15", .run = default_language},
    {.id = "6.2.17", .run = cve_in_field_ids},
    {.id = "6.2.20", .run = additional_properties},
    {.id = "6.2.21", .in_2_0 = false, .run = same_timestamps_in_revision_history},
    {.id = "6.2.22", .in_2_0 = false, .run = tracking_id_in_title},
};

}  // namespace

std::span<const Test> advice_document_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
