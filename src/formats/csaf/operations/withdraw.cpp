#include "formats/csaf/operations/withdraw.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/names.hpp"
#include "formats/csaf/operations/derived.hpp"
#include "formats/csaf/operations/edit.hpp"
#include "formats/language/language.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::object;
using boost::json::value;
using Notes = std::vector<ConversionNote>;

constexpr std::string_view kWithdrawn = "csaf_withdrawn";
constexpr std::string_view kSuperseded = "csaf_superseded";

/// What is said where the caller says nothing.
struct OwnWords {
  std::string_view language;
  std::string_view withdrawn, superseded;  ///< Summaries of the revision.
  std::string_view superseded_by;          ///< The reason; the documents follow.
};
constexpr OwnWords kOwnWords[] = {
    {"en", "Document withdrawn.", "Document superseded.", "This document is superseded by"},
    {"de", "Dokument zurückgezogen.", "Dokument ersetzt.", "Dieses Dokument wird ersetzt durch"},
};

std::string_view primary_of(std::string_view language_tag) { return language_tag.substr(0, language_tag.find('-')); }

/// Null where we have no words in this language.
const OwnWords* own_words(std::string_view language_tag) {
  if (language_tag.empty()) return kOwnWords;
  const auto* found = std::ranges::find_if(kOwnWords, [&](const OwnWords& each) {
    return text::equals_ignore_case_ascii(each.language, primary_of(language_tag));
  });
  return found == std::end(kOwnWords) ? nullptr : found;
}

std::string joined(const std::vector<std::string>& paragraphs) {
  std::string all;
  for (const auto& each : paragraphs) {
    const auto trimmed = text::trim(each);
    if (trimmed.empty()) continue;
    if (!all.empty()) all += "\n\n";
    all += trimmed;
  }
  return all;
}

/// A document on its way to the profile of withdrawn or of superseded ones.
class Retirement {
 public:
  static Result<Retirement> open(std::string_view bytes, std::string_view profile) {
    TRY(auto source, operation::read(bytes));
    if (source.version != CsafVersion::v2_1) {
      return Error::invalid("CSAF 2.0 knows neither withdrawn nor superseded documents: convert it to 2.1 first",
                            "/document/csaf_version");
    }
    Retirement retirement{std::move(source), profile};
    const auto category = json::string_at(retirement.document(), "category");
    if (category == profile) {
      return Error::invalid(fmt::format("the document is {} already", profile.substr(5)), "/document/category");
    }
    if (category == kWithdrawn || category == kSuperseded) {
      return Error::invalid(
          fmt::format("the document is {}; a {} one is another profile that such a document must not have",
                      category.substr(5), profile.substr(5)),
          "/document/category");
    }
    return retirement;
  }

  /// Settles the language of what is added.
  Status speak(const std::string& lang) {
    lang_ = json::string_at(document(), "lang");
    if (lang.empty()) return ok();
    TRY_VOID(language::check_tag(lang));
    if (lang_.empty()) {
      lang_ = lang;
      edit::put(members(), "lang", value(lang));
    } else if (!text::equals_ignore_case_ascii(primary_of(lang_), primary_of(lang))) {
      return Error::conflict(
          fmt::format("the document's language is {}: give the reasons in it, not in {}", lang_, lang),
          "/document/lang");
    }
    return ok();
  }

  std::string_view lang() const noexcept { return lang_; }
  const value& document() const { return *json::find(root_, "document"); }

  /// One of the terms that profiles demand, in the document's language.
  std::string term(const std::string& given, std::string_view Translation::* term) {
    if (!given.empty()) return given;
    const auto* translation = translation_of(lang_);
    if (translation != nullptr) return std::string{translation->*term};
    const std::string english{translation_of({})->*term};
    warn("/document/lang",
         fmt::format("no translation of '{}' into '{}' is recorded: it stands in English", english, lang_));
    return english;
  }

  void reason(const std::string& title, const std::string& text) {
    auto& notes = edit::array_at(members(), "notes");
    boost::json::array kept(notes.storage());
    for (std::size_t i = 0; i < notes.size(); ++i) {
      const auto why = why_not(notes[i], title);
      if (why.empty()) {
        kept.push_back(std::move(notes[i]));
      } else {
        warn(json::pointer_append("/document/notes", i),
             fmt::format("the note '{}' was removed: {}", name_of(notes[i]), why));
      }
    }
    object note;
    note["category"] = "description";
    note["text"] = text;
    note["title"] = title;
    kept.insert(kept.begin(), std::move(note));
    notes = std::move(kept);
  }

  void refer(const std::string& summary, const std::string& url) {
    object reference;
    reference["category"] = "external";
    reference["summary"] = summary;
    reference["url"] = url;
    edit::array_at(members(), "references").push_back(std::move(reference));
  }

  Result<Changed> finish(const Revision& revision) {
    const auto before = root_;
    edit::remove(root_.get_object(), "product_tree");
    edit::remove(root_.get_object(), "vulnerabilities");
    // Advised by test 6.2.39.5: extensions speak of what is gone.
    const auto extensions = fmt::format("extensions were removed: a {} document has none", profile_.substr(5));
    if (edit::remove(members(), "x_extensions")) warn("/document/x_extensions", extensions);
    if (edit::remove(root_.get_object(), "x_extensions")) warn("/x_extensions", extensions);
    edit::put(members(), "category", value(profile_));
    auto& tracking = members().at("tracking").get_object();
    const bool was_interim = json::string_at(members().at("tracking"), "status") == "interim";
    if (was_interim) warn("/document/tracking/status", "the status became final: no rapid updates are to be expected");
    TRY_VOID(operation::add_revision(tracking, revision,
                                     {.level = std::max(ChangeLevel::minor, least_level(before, root_)),
                                      .status = was_interim ? "final" : "",
                                      .always_new_item = true}));
    return operation::finish(std::move(root_), std::move(notes_));
  }

 private:
  Retirement(operation::Source source, std::string_view profile)
      : root_(std::move(source.root)), profile_(profile), notes_(std::move(source.notes)) {}

  object& members() { return root_.get_object().at("document").get_object(); }
  void warn(std::string path, std::string message) { operation::warn(notes_, std::move(path), std::move(message)); }

  /// Why a note of the document cannot stay; empty: it can.
  static std::string_view why_not(const value& note, std::string_view title) {
    if (json::find(note, "product_ids") != nullptr || json::find(note, "group_ids") != nullptr) {
      return "it is bound to products, which are gone";
    }
    if (json::string_at(note, "category") == "description" || json::string_at(note, "title") == title) {
      return "the profile wants exactly one description, which gives the reasons";
    }
    return {};
  }
  static std::string name_of(const value& note) {
    const auto title = json::string_at(note, "title");
    return text::shorten(title.empty() ? json::string_at(note, "text") : title, 60);
  }

  value root_;
  std::string_view profile_;
  std::string lang_;
  Notes notes_;
};

/// "EX-2 (Open door)", or what else is known.
std::string name_of(const SupersedingDocument& document) {
  if (document.tracking_id.empty()) return document.title.empty() ? document.url : document.title;
  if (document.title.empty()) return document.tracking_id;
  return fmt::format("{} ({})", document.tracking_id, document.title);
}

Status check_supersedes(const SupersedingDocument& by, const value& document) {
  if (by.url.empty()) return Error::invalid("a superseding document is referred to by its URL, and one has none");
  const auto* tracking = json::find(document, "tracking");
  const auto* publisher = json::find(document, "publisher");
  bool itself = by.tracking_id == json::string_at(*tracking, "id") &&
                by.publisher_namespace == json::string_at(*publisher, "namespace");
  for (const auto& reference : json::array_at(document, "references")) {
    itself =
        itself || (json::string_at(reference, "category") == "self" && json::string_at(reference, "url") == by.url);
  }
  if (itself) return Error::invalid(fmt::format("{} cannot supersede itself", name_of(by)), "/document/tracking/id");
  return ok();
}

/// The reasons of the caller, else in our words which documents take the place.
Result<std::string> reasons_of(const SupersedeOptions& options, std::string_view lang) {
  auto reasons = joined(options.reasons);
  if (!reasons.empty()) return reasons;
  const auto* words = own_words(lang);
  if (words == nullptr) {
    return Error::invalid(fmt::format("give a reason in the document's language, {}", lang), "/document/lang");
  }
  for (const auto& each : options.by) {
    reasons += reasons.empty() ? fmt::format("{} ", words->superseded_by) : "; ";
    reasons += name_of(each);
  }
  return reasons + ".";
}

Revision with_summary(Revision revision, std::string_view lang, std::string_view OwnWords::* summary) {
  if (!revision.summary.empty()) return revision;
  const auto* words = own_words(lang);
  revision.summary = (words == nullptr ? *kOwnWords : *words).*summary;
  return revision;
}

}  // namespace

Result<Changed> withdraw(std::string_view source, const WithdrawOptions& options) {
  const auto reasons = joined(options.reasons);
  if (reasons.empty()) return Error::invalid("a withdrawal says what the document was about and why it is withdrawn");
  TRY(auto retirement, Retirement::open(source, kWithdrawn));
  TRY_VOID(retirement.speak(options.lang));
  retirement.reason(retirement.term(options.note_title, &Translation::reasoning_for_withdrawal), reasons);
  return retirement.finish(with_summary(options.revision, retirement.lang(), &OwnWords::withdrawn));
}

Result<SupersedingDocument> superseding_document(std::string_view source) {
  TRY(const auto read, operation::read(source));
  const auto& document = *json::find(read.root, "document");
  SupersedingDocument superseding;
  superseding.title = json::string_at(document, "title");
  superseding.tracking_id = json::string_at(*json::find(document, "tracking"), "id");
  superseding.publisher_namespace = json::string_at(*json::find(document, "publisher"), "namespace");
  TRY(superseding.url, operation::url_of_original(document, ""));
  return superseding;
}

Result<Changed> supersede(std::string_view source, const SupersedeOptions& options) {
  if (options.by.empty()) return Error::invalid("a superseded document refers to the one that takes its place");
  TRY(auto retirement, Retirement::open(source, kSuperseded));
  TRY_VOID(retirement.speak(options.lang));
  for (const auto& each : options.by) TRY_VOID(check_supersedes(each, retirement.document()));
  TRY(const auto reasons, reasons_of(options, retirement.lang()));
  retirement.reason(retirement.term(options.note_title, &Translation::reasoning_for_supersession), reasons);
  const auto beginning = retirement.term(options.reference_summary, &Translation::superseding_document);
  for (const auto& each : options.by) {
    const auto name = name_of(each);
    retirement.refer(name == each.url ? beginning : fmt::format("{}: {}", beginning, name), each.url);
  }
  return retirement.finish(with_summary(options.revision, retirement.lang(), &OwnWords::superseded));
}

}  // namespace tocsin::formats::csaf
